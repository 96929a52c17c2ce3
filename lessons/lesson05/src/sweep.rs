//! `lesson05 sweep`: what the size of the chunks does to the speed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use common::{Explain, Failure, say};
use indicatif::{ProgressBar, ProgressStyle};
use lesson05::{connect, listen};

use crate::args::Sweep;
use crate::csv::Csv;

/// The sizes, in bytes: powers of four from 16 bytes to 1 MiB.
const SIZES: [usize; 9] = [16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];

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

pub fn run(args: &Sweep) -> Result<(), Failure> {
    let mut csv = Csv::create(args.csv.as_deref(), "chunk,writes,read,seconds")?;
    let listener = listen(args.address)?;

    // The progress goes to stderr, and only to a terminal: the table stays clean in a file.
    let progress = progress_bar();
    let mut rows = Vec::new();
    for size in SIZES {
        progress.set_message(format!("chunks of {}", short(size)));
        let (sender, receiver) = connect(&listener)?;
        // One thread for each end: who only writes is stuck as soon as both buffers are full.
        let measured = thread::scope(|scope| {
            let reader = scope.spawn(|| count_to_the_end(receiver));
            let start = Instant::now();
            let writes = write_for(args.seconds_per_size, sender, size)?;
            let read = reader.join().expect("the reader does not panic")?;
            Ok(Measured { size, writes, read, time: start.elapsed() })
        })?;
        csv.row(&measured.csv())?;
        rows.push(measured);
        progress.inc(1);
    }
    progress.finish_and_clear();
    print(&rows)
}

/// Writes chunks of one size until the time is up. Returns how many it wrote.
fn write_for(time: Duration, mut sender: TcpStream, size: usize) -> Result<u64, Failure> {
    let chunk = vec![b'x'; size];
    let (start, mut writes) = (Instant::now(), 0);
    while start.elapsed() < time {
        // Blocks while the buffers are full: the sender is as fast as the receiver, no faster.
        sender.write_all(&chunk).explain("cannot write")?;
        writes += 1;
    }
    // The sender is dropped here, which ends the stream.
    Ok(writes)
}

/// Reads until the stream ends. Returns how many bytes came.
fn count_to_the_end(mut receiver: TcpStream) -> Result<u64, Failure> {
    // As large as the largest chunk it would be slower: processors keep small buffers in their caches.
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

fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} sizes, {msg}");
    ProgressBar::new(SIZES.len() as u64).with_style(style.expect("a template"))
}

/// A size as people say it.
fn short(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}
