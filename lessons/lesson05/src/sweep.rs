//! `lesson05 sweep`: what the size of the chunks does to the speed.

use std::io::{self, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, Failure, say};
use lesson05::{connect, listen};

use crate::args::Args;
use crate::csv::Csv;

/// The sizes, in bytes: powers of four from 16 bytes to 1 MiB.
const SIZES: [usize; 9] =
    [16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];

/// The width of a bar, in characters.
const BAR: f64 = 24.0;

/// What was measured with one size.
struct Measured {
    size: usize,
    writes: u64,
    /// What the other end has read, in bytes.
    read: u64,
    /// From the first write until the other end has read the end of the stream.
    time: Duration,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let mut csv = Csv::create(args.csv.as_deref(), "chunk,writes,read,seconds")?;
    let listener = listen(args.address)?;

    let mut rows = Vec::new();
    for size in SIZES {
        progress(&format!(
            "measuring: {} of {}, chunks of {}",
            rows.len() + 1,
            SIZES.len(),
            short(size)
        ));
        let (sender, receiver) = connect(&listener)?;
        // One thread for each end: a program that only writes is stuck when both buffers
        // are full.
        let measured = thread::scope(|scope| {
            let reader = scope.spawn(|| count_to_the_end(receiver));
            let start = Instant::now();
            let writes = write_for(args.seconds_per_size, sender, size)?;
            let read = reader.join().expect("the reader does not panic")?;
            Ok(Measured { size, writes, read, time: start.elapsed() })
        })?;
        csv.row(&measured.csv())?;
        rows.push(measured);
    }
    progress("");
    print(&rows)
}

/// Writes chunks of one size until the time is up. Returns how many it wrote.
fn write_for(time: Duration, mut sender: TcpStream, size: usize) -> Result<u64, Failure> {
    let chunk = vec![b'x'; size];
    let (start, mut writes) = (Instant::now(), 0);
    while start.elapsed() < time {
        // Blocks while the buffers are full: the sender is as fast as the receiver, no
        // faster.
        sender.write_all(&chunk).explain("cannot write")?;
        writes += 1;
    }
    // The sender is dropped here, which ends the stream.
    Ok(writes)
}

/// Reads until the stream ends. Returns how many bytes came.
fn count_to_the_end(mut receiver: TcpStream) -> Result<u64, Failure> {
    // As large as the largest chunk it would be slower: processors keep small buffers in
    // their caches.
    let mut buffer = vec![0; 256 << 10];
    let mut read = 0;
    loop {
        match receiver.read(&mut buffer).explain("cannot read")? {
            0 => return Ok(read),
            count => read += count as u64,
        }
    }
}

impl Measured {
    /// In bytes a second.
    fn rate(&self) -> f64 {
        self.read as f64 / self.time.as_secs_f64()
    }

    fn csv(&self) -> String {
        let Measured { size, writes, read, time } = self;
        format!("{size},{writes},{read},{:.6}", time.as_secs_f64())
    }
}

fn print(rows: &[Measured]) -> Result<(), Failure> {
    let fastest = rows.iter().map(Measured::rate).fold(1.0, f64::max);
    say!("")?;
    say!("    chunk      writes   µs a write       MB/s")?;
    for row in rows {
        let per_write = row.time.as_secs_f64() * 1e6 / row.writes.max(1) as f64;
        let bar = "█".repeat((row.rate() / fastest * BAR).round() as usize);
        let line = format!(
            "{:>9} {:>11} {per_write:>12.2} {:>10.1}  {bar}",
            short(row.size),
            row.writes,
            row.rate() / 1e6
        );
        say!("{}", line.trim_end())?;
    }
    Ok(())
}

/// Shows how far the measurement is, on one line of stderr, and only on a terminal: the
/// table stays clean in a file. Where stderr is closed, it isn't shown.
fn progress(line: &str) {
    if io::stderr().is_terminal() {
        // Back to the line's first column, and clear the line (console_codes(4)).
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
    }
}

/// A size as people say it.
fn short(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}
