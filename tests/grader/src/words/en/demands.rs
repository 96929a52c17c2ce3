//! What a step expected, and what it got.

use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use crate::words::{bytes, quote};

/// Instead of all that was expected, and after some of it.
pub const TIME_UP: &str = "nothing: the time was up";
pub const THEN_TIME_UP: &str = "the time was up";

// Programs.
pub const ERROR_LINE: &str = "`error: WHAT: WHY` on stderr";
pub const HAS_ENDED: &str = "it has ended";
pub const INPUT_ENDED: &str = "its input has been ended";
pub const JUST_THAT: &str = "just that";
pub const KERNELS_VIEW: &str = "the kernel's view of the program";
pub const LISTENING: &str = "`listening on ADDRESS:PORT` as the first line on stdout";
pub const NOT_AVAILABLE_HERE: &str = "not available here";
pub const READS_INPUT: &str = "a program that reads its input";
pub const RLIMIT: &str = "the program's limit is set";
pub const RUNNING: &str = "a running program";
pub const RUNS_ON: &str = "it closed its output and runs on";
pub const STARTS: &str = "the program starts";
pub const TAKES_SIGNAL: &str = "a process that takes the signal";
pub const THE_END: &str = "the end of the program";

// Connections.
pub const A_BYTE: &str = "a byte that can be read";
pub const A_CONNECTION: &str = "a connection";
pub const A_RESET: &str = "a reset";
pub const BYTES_AND_END: &str = "bytes, then the end of the stream";
pub const CLEAN_END: &str = "a clean end of the stream";
pub const CLOSED_IN_TIME: &str = "a closed connection after some of the bytes";
pub const END_OF_STREAM: &str = "the end of the stream";
pub const END_READ: &str = "the end of the stream (read returns 0)";
pub const FREE_PORT: &str = "a free port";
pub const FREE_PORT_FOR_CHECK: &str = "a free port for the check";
pub const NETWORK: &str = "two network namespaces";
pub const NO_REPLY: &str = "the end of the connection, without a reply";
pub const NO_ROOM: &str = "no room for more, since nothing is read: the time was up";
pub const OPEN_CONNECTION: &str = "an open connection";
pub const READS_ALL: &str = "a program that reads what has come";
pub const REFUSED: &str = "a refused connection";
pub const SILENCE: &str = "silence, and an open connection";
pub const STILL_OPEN: &str = "nothing, and an open connection: the time was up";
pub const TAKES_BYTES: &str = "an open connection that takes the bytes";
/// In all that expects an end, of the stream or of the connection.
pub const THE_END_OF: &str = "the end of";
pub const TIME_WAIT: &str = "one end of a connection in TIME_WAIT";

// The check itself.
pub const A_PANIC: &str = "a panic: see above";
pub const DEADLINE_THAT_PASSES: &str = "a deadline that can pass";
pub const NO_PANIC: &str = "the check itself does not panic";
pub const SUCCEEDED: &str = "it succeeded";

words! {
    on_stream(words: &str, stream: impl Display) = "{words:?} on {stream}";
    on_stdout(what: &str) = "{what} on stdout";
    not_on_stdout(words: &str) = "no {words:?} on stdout";
    error_naming(client: SocketAddr) =
        "a line `error: WHAT: WHY` on stderr that names the client, {client}";
    running_and_saying(line: &str) = "a running program that says {line:?}";
    exit_code(code: i32) = "exit code {code}";
    ended_by_grader(reason: &str) = "it was ended by the grader: {reason}";

    kept_a_processor_busy(busy: Duration, of: Duration) =
        "it kept a processor busy for {busy:?} of {of:?}";

    nothing(then: &str) = "nothing: {then}";
    then(got: &[u8], then: &str) = "{}, then: {then}", quote(got);
    no_end(got: &[u8]) = "{}, and no end", quote(got);
    takes_no_more(sent: usize) = "an open connection that takes no more after {sent} bytes";
    took(sent: usize) = "an open connection that took {sent} bytes";
    right_so_far(count: usize) = "right so far: {}", bytes(count);
    nothing_left_of(attempts: usize) = "nothing is left of {attempts} connections";

    recording(name: &str) = "what book/chapters/transcripts/{name}.txt shows";
}

/// The exit code that a finished program has, where it is not the one that was demanded.
pub fn exited(code: Option<i32>) -> String {
    match code {
        Some(101) => "a panic (exit code 101)".into(),
        Some(code) => exit_code(code),
        None => "no exit code: it was killed, or the time was up".into(),
    }
}

/// How a program ended.
pub fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(101) => "it ended with a panic (exit code 101)".into(),
        Some(code) => format!("it ended with exit code {code}"),
        None => by_signal(status),
    }
}

fn by_signal(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use rustix::process::Signal;
        use std::os::unix::process::ExitStatusExt;
        let words = match status.signal().and_then(Signal::from_named_raw) {
            Some(Signal::INT) => "Ctrl-C (SIGINT) ended it instantly: it does not handle it",
            Some(Signal::TERM) => "SIGTERM ended it instantly: it does not handle it",
            Some(Signal::SEGV) => "it crashed: an invalid access to memory (SIGSEGV)",
            Some(Signal::ABORT) => "it aborted itself (SIGABRT)",
            _ => return format!("it was ended: {status}"),
        };
        words.into()
    }
    #[cfg(not(unix))]
    format!("it was ended: {status}")
}
