//! What the server tells its terminal.
//!
//! A terminal can stand still: somebody has pressed Ctrl-S, or the output goes into a pipe that nobody
//! reads. Whoever writes to it waits then, and a client must not wait for that. So one thread writes, and
//! all others leave their lines in a queue.

use std::collections::VecDeque;
use std::fmt::{self, Display};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::{Explain, Failure, complain, say};

/// How many lines the queue holds.
const ROOM: usize = 256;

/// And how many with those that say what has failed: what clients do must not crowd these out.
const ROOM_FOR_FAILURES: usize = 2 * ROOM;

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
        let unfinished = |inside: &mut Inside| inside.writing || !inside.is_empty();
        let inside = self.queue.inside();
        drop(self.queue.changed.wait_timeout_while(inside, limit, unfinished));
    }
}

impl Queue {
    fn push(&self, line: Line) {
        let room = match line {
            Line::Said(_) => ROOM,
            Line::Failed(_) => ROOM_FOR_FAILURES,
        };
        let full = |inside: &mut Inside| inside.lines.len() >= room && !inside.stuck;
        let waited = self.changed.wait_timeout_while(self.inside(), PATIENCE, full);
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if inside.closed && matches!(line, Line::Said(_)) {
            return;
        }
        if inside.lines.len() >= room {
            inside.stuck = true;
            inside.lost += 1;
            return;
        }
        // Where the gap is, there the log says so.
        let gap = inside.gap();
        inside.lines.extend(gap);
        inside.lines.push_back(line);
        self.changed.notify_all();
    }

    /// The work of the log's thread. It ends with the program.
    fn write_all(&self) -> ! {
        loop {
            let waited = self.changed.wait_while(self.inside(), |inside| inside.is_empty());
            let mut inside = waited.unwrap_or_else(PoisonError::into_inner);
            let line = inside.next().expect("it is not empty");
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

impl Inside {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.lost == 0
    }

    /// The next line to write. After the last one comes the gap, if nobody has said anything since.
    fn next(&mut self) -> Option<Line> {
        self.lines.pop_front().or_else(|| self.gap())
    }

    fn gap(&mut self) -> Option<Line> {
        let why = match mem::take(&mut self.lost) {
            0 => return None,
            1 => "1 line was not written in time".into(),
            lost => format!("{lost} lines were not written in time"),
        };
        Some(Line::Failed(Failure::new("the log has a gap", why)))
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
        let queue = full();
        // The terminal takes two.
        queue.inside().lines.drain(..2);
        queue.push(Line::Said("after it".into()));
        let lines: Vec<String> = queue.inside().lines.iter().map(text).collect();
        let [.., before, gap, after] = lines.as_slice() else { panic!("three lines or more") };
        assert_eq!([before, after], [&(ROOM - 1).to_string(), "after it"]);
        assert!(gap.contains("2 lines were not written in time"), "{gap}");
    }

    #[test]
    fn a_gap_at_the_end_is_written_when_the_terminal_has_taken_the_rest() {
        let queue = full();
        let mut inside = queue.inside();
        inside.lines.drain(1..);
        assert_eq!(inside.next().as_ref().map(text), Some("0".into()));
        let gap = inside.next().as_ref().map(text).unwrap();
        assert!(gap.contains("2 lines were not written in time"), "{gap}");
        assert!(inside.is_empty());
    }

    #[test]
    fn what_has_failed_has_room_where_nothing_else_has() {
        let queue = full();
        queue.push(Line::Failed(Failure::new("lost a client", "it is gone")));
        let lines: Vec<String> = queue.inside().lines.iter().map(text).collect();
        let [.., gap, failure] = lines.as_slice() else { panic!("two lines or more") };
        assert!(gap.contains("2 lines were not written in time"), "{gap}");
        assert!(failure.contains("lost a client"), "{failure}");
        // There is an end to it.
        for _ in 0..ROOM {
            queue.push(Line::Failed(Failure::new("lost a client", "it is gone")));
        }
        assert_eq!(queue.inside().lines.len(), ROOM_FOR_FAILURES);
    }

    /// A queue in which nobody writes: after the last place was taken, two lines were lost.
    fn full() -> Queue {
        let queue = Queue::default();
        for number in 0..ROOM + 2 {
            queue.push(Line::Said(number.to_string()));
        }
        queue
    }

    fn text(line: &Line) -> String {
        match line {
            Line::Said(line) => line.clone(),
            Line::Failed(failure) => failure.to_string(),
        }
    }
}
