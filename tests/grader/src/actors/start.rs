//! How long the program under test takes to start, measured once in a suite, before it is graded.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::output::{Output, Stream};
use super::subject::Subject;
use crate::machine::{ProcessTree, has_socket, slowdown, start_begins, start_seen};

/// How long the first check waits for the measurement, on a quiet machine. It goes on meanwhile.
const PATIENCE: Duration = Duration::from_millis(300);

/// A program that says nothing and has no socket after this time is not measured.
const MOST: Duration = Duration::from_secs(10);

/// Starts the program with `--help`, if this suite hasn't yet, and notes how long it takes until it says
/// something, has a socket, or ends.
pub(crate) fn measure_start(subject: &Subject) {
    static MEASURED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    // Checks that begin meanwhile wait for it.
    let mut measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
    if !measured.insert(subject.name.clone()) {
        return;
    }
    start_begins(&subject.name);
    let (is_measured, measured) = channel();
    let subject = subject.clone();
    thread::spawn(move || {
        let took = time_to_start(&subject);
        start_seen(&subject.name, took.unwrap_or_default());
        let _ = is_measured.send(());
    });
    let _ = measured.recv_timeout(PATIENCE.mul_f64(slowdown()));
}

/// `None`: it can't be started, or does nothing that can be seen.
fn time_to_start(subject: &Subject) -> Option<Duration> {
    let mut command = subject.command();
    command.arg("--help");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = Arc::new(Output::default());
    let began = Instant::now();
    let mut tree = ProcessTree::start(command, subject.quota, Arc::clone(&output) as _).ok()?;
    output.collect(Stream::Out, tree.child.stdout.take()?, subject.quota.output, false);
    output.collect(Stream::Err, tree.child.stderr.take()?, subject.quota.output, false);
    loop {
        let took = began.elapsed();
        let says_something = !output.is_empty() || output.lock().ended();
        if says_something || has_socket(tree.child.id()) {
            return Some(took);
        }
        if took > MOST {
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::machine::allowance;

    #[test]
    fn a_start_is_measured_once() {
        let shell = |script: &str| Subject::tool(&["sh", "-c", script]);
        let took = |script: &str| time_to_start(&shell(script)).expect("it starts");
        assert!(took("sleep 0.3; exit 1") >= Duration::from_millis(300));
        assert!(took("echo hello; sleep 60") < MOST);
        assert_eq!(time_to_start(&Subject::tool(&["no-such-tool"])), None);

        let mut slow = shell("sleep 0.1; echo hello; sleep 60");
        slow.name = "measured".into();
        measure_start(&slow);
        let first = allowance("measured");
        measure_start(&slow);
        assert_eq!(allowance("measured"), first);
    }
}
