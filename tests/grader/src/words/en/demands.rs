//! What a step expected, and what it got.

use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitStatus;

use crate::words::{bytes, quote};

/// In place of what was expected.
pub const TIME_UP: &str = "nothing: the time was up";

/// After some of what was expected.
pub const THEN_TIME_UP: &str = "the time was up";

// Programs.

pub const STARTS: &str = "the program starts";
pub const LISTENING: &str = "`listening on ADDRESS:PORT` as the first line on stdout";
pub const THE_END: &str = "the end of the program";
pub const RUNNING: &str = "a running program";
pub const HAS_ENDED: &str = "it has ended";
pub const RUNS_ON: &str = "it closed its output and runs on";
pub const READS_INPUT: &str = "a program that reads its input";
pub const INPUT_ENDED: &str = "its input has been ended";
pub const TAKES_SIGNAL: &str = "a process that takes the signal";
#[cfg(not(unix))]
pub const STOPPED: &str = "a suspended process";
#[cfg(not(unix))]
pub const NOT_AVAILABLE: &str = "not available on this system";
pub const KERNELS_VIEW: &str = "the kernel's view of the program";
pub const NOT_AVAILABLE_HERE: &str = "not available here";
pub const RLIMIT: &str = "the program's limit is set";
pub const ERROR_LINE: &str = "`error: WHAT: WHY` on stderr";

pub fn on_stream(words: &str, stream: impl Display) -> String {
    format!("{words:?} on {stream}")
}

pub fn error_naming(client: SocketAddr) -> String {
    format!("a line `error: …` on stderr that names the client, {client}")
}

pub fn on_stdout(what: &str) -> String {
    format!("{what} on stdout")
}

pub fn not_on_stdout(words: &str) -> String {
    format!("no {words:?} on stdout")
}

pub const JUST_THAT: &str = "just that";

pub fn running_and_saying(line: &str) -> String {
    format!("a running program that says {line:?}")
}

pub fn exit_code(code: i32) -> String {
    format!("exit code {code}")
}

/// The exit code that a finished program has, where it is not the one that was demanded.
pub fn exited(code: Option<i32>) -> String {
    match code {
        Some(101) => "a panic (exit code 101)".into(),
        Some(code) => exit_code(code),
        None => "no exit code: it was killed, or the time was up".into(),
    }
}

pub fn ended_by_grader(reason: &str) -> String {
    format!("it was ended by the grader: {reason}")
}

/// How a program ended.
pub fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(101) => "it ended with a panic (exit code 101)".into(),
        Some(code) => format!("it ended with exit code {code}"),
        None => by_signal(status),
    }
}

#[cfg(unix)]
fn by_signal(status: ExitStatus) -> String {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;
    match status.signal().and_then(Signal::from_named_raw) {
        Some(Signal::INT) => "Ctrl-C (SIGINT) ended it on the spot: it does not handle it".into(),
        Some(Signal::TERM) => "SIGTERM ended it on the spot: it does not handle it".into(),
        Some(Signal::SEGV) => "it crashed: an invalid access to memory (SIGSEGV)".into(),
        Some(Signal::ABORT) => "it aborted itself (SIGABRT)".into(),
        _ => format!("it was ended: {status}"),
    }
}

#[cfg(not(unix))]
fn by_signal(status: ExitStatus) -> String {
    format!("it was ended: {status}")
}

// Connections.

pub const A_CONNECTION: &str = "a connection";
pub const OPEN_CONNECTION: &str = "an open connection";
pub const TAKES_BYTES: &str = "an open connection that takes the bytes";
pub const READS_ALL: &str = "a program that reads what has come";
pub const NO_ROOM: &str = "no room for more: the time was up";
pub const A_BYTE: &str = "a byte that can be read";
pub const END_OF_STREAM: &str = "the end of the stream";
pub const END_READ: &str = "the end of the stream (read returns 0)";
/// In whatever expected an end, of the stream or of the connection.
pub const THE_END_OF: &str = "the end of";
pub const BYTES_AND_END: &str = "bytes, then the end of the stream";
pub const NO_REPLY: &str = "the end of the connection, without a reply";
pub const STILL_OPEN: &str = "nothing, and an open connection: the time was up";
pub const CLOSED_IN_TIME: &str = "a closed connection after some of the bytes";
pub const A_RESET: &str = "a reset";
pub const CLEAN_END: &str = "the end of the stream, in good order";
pub const SILENCE: &str = "silence, and an open connection";
pub const REFUSED: &str = "a refused connection";
pub const FREE_PORT: &str = "a free port";
pub const FREE_PORT_FOR_CHECK: &str = "a free port for the check";
pub const NETWORK: &str = "two network namespaces";

pub fn nothing(then: &str) -> String {
    format!("nothing: {then}")
}

pub fn then(got: &[u8], then: &str) -> String {
    format!("{}, then: {then}", quote(got))
}

pub fn no_end(got: &[u8]) -> String {
    format!("{}, and no end", quote(got))
}

pub fn takes_no_more(sent: usize) -> String {
    format!("an open connection that takes no more after {sent} bytes")
}

pub fn took(sent: usize) -> String {
    format!("an open connection that took {sent} bytes")
}

/// Under the first wrong byte.
pub fn right_so_far(count: usize) -> String {
    format!("right so far: {}", bytes(count))
}

// The kernel's view, and the rest.

pub const TIME_WAIT: &str = "one end of a connection in TIME_WAIT";

pub fn nothing_left_of(attempts: usize) -> String {
    format!("nothing is left of {attempts} connections")
}

pub const DEADLINE_THAT_PASSES: &str = "a time limit that can pass";
pub const SUCCEEDED: &str = "it succeeded";

pub fn recording(name: &str) -> String {
    format!("what book/chapters/transcripts/{name}.txt shows")
}

pub const NO_PANIC: &str = "the check itself does not panic";
pub const A_PANIC: &str = "a panic: see above";
