//! What the server writes to its terminal.
//!
//! A terminal can stop taking output, for example when you press Ctrl-S. A write waits
//! then, but a client must not. So one thread writes what the others put into a queue.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;
use std::time::Duration;

use common::{Explain, Failure, complain, say};

/// How many lines the queue holds. A line that finds it full is dropped and counted.
const CAPACITY: usize = 512;

pub struct Log {
    queue: SyncSender<(usize, Line)>,
    /// How many lines were dropped since the last one that found room. That one says so.
    dropped: AtomicUsize,
}

enum Line {
    Said(String),
    Failed(Failure),
    /// No line. The log's thread drops the sender, and so ends the wait of the receiver.
    Flush(Sender<()>),
}

impl Log {
    /// Starts the log's thread, which ends with the program.
    pub fn start() -> Result<Log, Failure> {
        let (queue, lines) = mpsc::sync_channel(CAPACITY);
        let thread = thread::Builder::new().name("log".into());
        thread.spawn(|| write_lines(lines)).explain("cannot start the log's thread")?;
        Ok(Log { queue, dropped: AtomicUsize::new(0) })
    }

    pub fn say(&self, line: String) {
        self.push(Line::Said(line));
    }

    pub fn complain(&self, failure: Failure) {
        self.push(Line::Failed(failure));
    }

    fn push(&self, line: Line) {
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        if self.queue.try_send((dropped, line)).is_err() {
            self.dropped.fetch_add(dropped + 1, Ordering::Relaxed);
        }
    }

    /// Waits until all lines are written, but not forever: the terminal may be stuck.
    pub fn flush(&self, limit: Duration) {
        let queue = self.queue.clone();
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        let (done, all_done) = mpsc::channel();
        // send waits for room in the queue, perhaps forever: not on this thread.
        let send = move || queue.send((dropped, Line::Flush(done)));
        let _ = thread::Builder::new().spawn(send);
        let _ = all_done.recv_timeout(limit);
    }
}

fn write_lines(lines: Receiver<(usize, Line)>) {
    let mut closed = false;
    for (dropped, line) in lines {
        if dropped > 0 {
            let why = format!("{} found no room in the queue", count(dropped, "line"));
            complain(&Failure::new("the log has a gap", why));
        }
        match line {
            Line::Said(line) if !closed => {
                if let Err(failure) = say!("{line}") {
                    complain(&failure.advise("serving on without a log"));
                    closed = true;
                }
            }
            Line::Said(_) => {}
            Line::Failed(failure) => complain(&failure),
            Line::Flush(done) => drop(done),
        }
    }
}

/// `1 byte`, `2 bytes`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[test]
fn the_next_line_says_how_many_were_dropped() {
    let (queue, lines) = mpsc::sync_channel(1);
    let log = Log { queue, dropped: AtomicUsize::new(0) };
    (1..=3).for_each(|line: u8| log.say(line.to_string()));
    assert!(matches!(lines.try_recv(), Ok((0, Line::Said(line))) if line == "1"));
    log.say("4".into());
    assert!(matches!(lines.try_recv(), Ok((2, Line::Said(line))) if line == "4"));
}
