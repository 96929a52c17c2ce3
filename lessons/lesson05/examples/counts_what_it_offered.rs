//! The speed of sending is measured by what was offered, not by what was taken (C10).
//!
//! The sender doesn't wait and ignores what `write` returns, so it reports how fast it
//! can offer bytes. Many of them never reach the receiver.
//!
//! Instead of: lesson05
//! Fails: sweep_has_a_row_for_each_size, sweep_counts_what_arrived,
//!   sweep_refuses_a_bad_csv_path_first
//! Judged only on these.

use std::fs::File;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use common::{Explain, Failure, exit, say};
use lesson05::{connect, listen};

fn main() -> ExitCode {
    exit(run(std::env::args().skip(1).collect()))
}

/// Takes `sweep`, ADDRESS, `--csv` and FILE, in this order.
fn run(arguments: Vec<String>) -> Result<(), Failure> {
    let address = arguments.get(1).ok_or("it is missing").and_then(|address| {
        address.parse::<SocketAddr>().map_err(|_| "it is not an address and a port")
    });
    let listener = listen(address.map_err(|why| Failure::new("bad address", why))?)?;
    let mut rows = String::from("chunk,writes,read,seconds\n");
    for size in [16, 1024, 65536, 1048576] {
        let (sender, mut receiver) = connect(&listener)?;
        let start = Instant::now();
        let writes = offer(sender, size)?;
        let read = receiver.read_to_end(&mut Vec::new()).explain("cannot read")?;
        let seconds = start.elapsed().as_secs_f64();
        say!("{size} {writes} {:.1}", (writes * size) as f64 / seconds / 1e6)?;
        rows += &format!("{size},{writes},{read},{seconds:.6}\n");
    }
    match arguments.get(3) {
        Some(path) => File::create(path)
            .and_then(|mut file| file.write_all(rows.as_bytes()))
            .explain(format!("cannot write {path}")),
        None => Ok(()),
    }
}

fn offer(mut sender: std::net::TcpStream, size: usize) -> Result<usize, Failure> {
    let chunk = vec![b'x'; size];
    let (start, mut writes) = (Instant::now(), 0);
    // ANCHOR: bug
    sender.set_nonblocking(true).explain("cannot make the sender non-blocking")?;
    // 64 chunks of the largest size are more than both buffers can hold.
    while writes < 64 || start.elapsed() < Duration::from_millis(20) {
        let _ = sender.write(&chunk);
        writes += 1;
    }
    // ANCHOR_END: bug
    Ok(writes)
}
