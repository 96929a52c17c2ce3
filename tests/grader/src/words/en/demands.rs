//! What a step expected, and what it got.

use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use crate::words::{bytes, quote};

words! {
    // Instead of all that was expected, and after some of it.
    time_up() = "nothing: the time was up";
    then_time_up() = "the time was up";
    // Programs.
    error_line() = "`error: WHAT: WHY` on stderr";
    has_ended() = "it has ended";
    input_ended() = "its input has been ended";
    just_that() = "just that";
    kernels_view() = "the kernel's view of the program";
    listening() = "`listening on ADDRESS:PORT` as the first line on stdout";
    not_available_here() = "not available here";
    reads_input() = "a program that reads its input";
    rlimit() = "the program's limit is set";
    running() = "a running program";
    is_unread() = "a part of its output is no longer read";
    runs_on() = "it closed its output and runs on";
    starts() = "the program starts";
    takes_signal() = "a process that takes the signal";
    the_end() = "the end of the program";
    // Connections.
    a_byte() = "a byte that can be read";
    a_connection() = "a connection";
    a_reset() = "a reset";
    bytes_and_end() = "bytes, then the end of the stream";
    clean_end() = "a clean end of the stream";
    closed_in_time() = "a closed connection after some of the bytes";
    end_of_stream() = "the end of the stream";
    end_read() = "the end of the stream (read returns 0)";
    free_port() = "a free port";
    free_port_for_check() = "a free port for the check";
    network() = "two network namespaces";
    no_reply() = "the end of the connection, without a reply";
    no_room() = "there was no room for more when the time was up";
    open_connection() = "an open connection";
    reads_all() = "a program that reads what has come";
    refused() = "a refused connection";
    silence() = "silence, and an open connection";
    still_open() = "nothing, and an open connection: the time was up";
    takes_bytes() = "an open connection that takes the bytes";
    // In all that expects an end, of the stream or of the connection.
    the_end_of() = "the end of";
    time_wait() = "one end of a connection in TIME_WAIT";
    // The check itself.
    a_panic() = "a panic: see above";
    deadline_that_passes() = "a deadline that can pass";
    no_panic() = "the check itself does not panic";
    succeeded() = "it succeeded";

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
