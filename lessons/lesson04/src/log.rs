//! What the server tells its terminal.
//!
//! A terminal can stand still: somebody has pressed Ctrl-S, or the output goes into a pipe that nobody
//! reads. Whoever writes to it waits then, and a client must not wait for that. So one thread writes, and
//! all others leave their lines in a queue.

use std::collections::VecDeque;
use std::fmt::{self, Display};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::{Explain, Failure, complain, say};

/// How many lines the queue holds.
const ROOM: usize = 256;

/// How long a line waits for room, once. Whoever comes after it does not wait any more, until the
/// terminal has taken a line.
const PATIENCE: Duration = Duration::from_millis(100);

pub struct Log {
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
    inside: Mutex<Inside>,
    /// Notified when a line comes, and when it has been written.
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    lines: VecDeque<Line>,
    /// The thread is at work on a line that is no longer in the queue.
    writing: bool,
    /// The terminal has taken nothing for too long.
    stuck: bool,
    /// How many lines have found no room since the last one that did.
    lost: usize,
    /// Standard output has failed.
    closed: bool,
}

enum Line {
    Said(String),
    Failed(Failure),
}

impl Log {
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn new() -> Result<Log, Failure> {
        let queue = Arc::<Queue>::default();
        let thread = thread::Builder::new().name("log".into());
        let writer = Arc::clone(&queue);
        thread.spawn(move || writer.write_all()).explain("cannot start the log's thread")?;
        Ok(Log { queue })
    }

    /// A line for standard output. When that fails, it is said once; clients are no worse served for it.
    pub fn line(&self, line: fmt::Arguments<'_>) {
        self.queue.push(Line::Said(line.to_string()));
    }

    /// For standard error.
    pub fn complain(&self, failure: Failure) {
        self.queue.push(Line::Failed(failure));
    }

    /// Waits until all lines have been written, but no longer than this: the terminal may stand still.
    pub fn finish(&self, limit: Duration) {
        let unfinished = |inside: &mut Inside| inside.writing || !inside.lines.is_empty();
        let inside = self.queue.inside();
        drop(self.queue.changed.wait_timeout_while(inside, limit, unfinished));
    }
}

impl Queue {
    fn push(&self, line: Line) {
        let full = |inside: &mut Inside| inside.lines.len() >= ROOM && !inside.stuck;
        let waited = self.changed.wait_timeout_while(self.inside(), PATIENCE, full);
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if inside.closed && matches!(line, Line::Said(_)) {
            return;
        }
        if inside.lines.len() >= ROOM {
            inside.stuck = true;
            inside.lost += 1;
            return;
        }
        // Where the gap is, there the log says so.
        if inside.lost > 0 {
            let why = format!("{} were not written in time", Count(inside.lost, "line"));
            inside.lines.push_back(Line::Failed(Failure::new("the log has a gap", why)));
            inside.lost = 0;
        }
        inside.lines.push_back(line);
        self.changed.notify_all();
    }

    /// The work of the log's thread. It ends with the program.
    fn write_all(&self) -> ! {
        loop {
            let empty = |inside: &mut Inside| inside.lines.is_empty();
            let waited = self.changed.wait_while(self.inside(), empty);
            let mut inside = waited.unwrap_or_else(PoisonError::into_inner);
            let line = inside.lines.pop_front().expect("it is not empty");
            inside.writing = true;
            let closed = inside.closed;
            drop(inside);

            // Here it can wait for the terminal. The queue is not locked.
            let closed = write(line, closed);

            let mut inside = self.inside();
            inside.closed = closed;
            (inside.writing, inside.stuck) = (false, false);
            self.changed.notify_all();
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether standard output is closed now.
fn write(line: Line, closed: bool) -> bool {
    match line {
        Line::Failed(failure) => complain(&failure),
        Line::Said(line) if !closed => {
            if let Err(failure) = say(format_args!("{line}")) {
                complain(&failure.advise("serving on without a word"));
                return true;
            }
        }
        Line::Said(_) => {}
    }
    closed
}

/// `1 byte`, `2 bytes`.
pub struct Count(pub usize, pub &'static str);

impl Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count(number, noun) = self;
        write!(f, "{number} {noun}{}", if *number == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_says_where_it_has_a_gap() {
        // Nobody writes: after the last place is taken, two lines are lost.
        let queue = Queue::default();
        for number in 0..ROOM + 2 {
            queue.push(Line::Said(number.to_string()));
        }
        // The terminal takes two.
        queue.inside().lines.drain(..2);
        queue.push(Line::Said("after it".into()));
        let text = |line: &Line| match line {
            Line::Said(line) => line.clone(),
            Line::Failed(failure) => failure.to_string(),
        };
        let lines: Vec<String> = queue.inside().lines.iter().map(text).collect();
        let [.., before, gap, after] = lines.as_slice() else { panic!("three lines or more") };
        assert_eq!([before, after], [&(ROOM - 1).to_string(), "after it"]);
        assert!(gap.contains("2 lines were not written in time"), "{gap}");
    }
}
