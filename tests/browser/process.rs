//! What the programs that the checks start say on their standard output.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Far longer than any single thing takes, even on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// What `find` makes of the first line of a program's output that it wants.
///
/// # Errors
///
/// It ended before it said so, or the deadline has passed.
pub fn says(
    child: &mut Child,
    find: fn(&str) -> Option<String>,
) -> Result<String, RecvTimeoutError> {
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let (sender, found) = mpsc::channel();
    thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if let Some(word) = find(&line) {
                // Nobody waits when the deadline has passed. The rest is read, too: a program that
                // writes into a closed pipe is ended by that.
                let _ = sender.send(word);
            }
        }
    });
    found.recv_timeout(DEADLINE)
}
