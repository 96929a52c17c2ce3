//! What the programs that the checks start say on their standard output, and how many they are.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How long a server may take to build both editions, where the machine is busy and several servers start at once.
const START: Duration = Duration::from_secs(240);

/// What `find` makes of the first line of a program's output that it wants.
///
/// # Errors
///
/// It ended before it said so, or hasn't in time.
pub fn says(
    child: &mut Child,
    find: fn(&str) -> Option<String>,
) -> Result<String, RecvTimeoutError> {
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let (sender, found) = mpsc::channel();
    thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if let Some(word) = find(&line) {
                // It fails when the deadline has passed. The rest is read as well: a program that
                // writes into a closed pipe is ended by that.
                let _ = sender.send(word);
            }
        }
    });
    found.recv_timeout(START)
}

/// How many children a process has, where the system tells.
pub fn children(process: u32) -> usize {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.map(|list| list.split_whitespace().count()).sum()
}
