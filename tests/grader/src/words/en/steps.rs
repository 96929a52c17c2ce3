//! The steps of a check, as its report numbers them.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use crate::words::quote;

// Programs.

pub fn starts(program: &str, arguments: &str) -> String {
    format!("start {program} {arguments}").trim_end().into()
}

pub fn runs_to_end(program: &str, arguments: &str) -> String {
    format!("run {program} {arguments} to its end")
}

pub fn listens(program: &str) -> String {
    format!("wait until {program} listens")
}

pub fn writes(program: &str, what: &str) -> String {
    format!("wait until {program} writes {what}")
}

pub fn has_not_said(program: &str, words: &str) -> String {
    format!("{program} has not said {words:?}")
}

pub fn ends(program: &str) -> String {
    format!("wait until {program} ends")
}

pub fn ends_without_listening(program: &str) -> String {
    format!("wait until {program} ends; it must not listen")
}

pub fn still_runs(program: &str) -> String {
    format!("{program} still runs")
}

pub fn interrupt(program: &str) -> String {
    format!("press Ctrl-C in the terminal of {program}")
}

pub fn terminate(program: &str) -> String {
    format!("ask {program} to end (SIGTERM)")
}

pub fn suspend(program: &str) -> String {
    format!("suspend {program} (Ctrl-Z): its kernel goes on without it")
}

pub fn resume(program: &str) -> String {
    format!("let {program} go on")
}

pub fn kill(program: &str) -> String {
    format!("kill {program}")
}

pub fn types(program: &str, text: &str) -> String {
    format!("type {text:?} into {program}")
}

pub fn ends_input(program: &str) -> String {
    format!("end the input of {program} (Ctrl-D)")
}

pub fn exit_code(code: i32) -> String {
    format!("its exit code is {code}")
}

pub fn stdout_has(words: &str) -> String {
    format!("its stdout has {words:?}")
}

pub fn stderr_has(words: &str) -> String {
    format!("its stderr has {words:?}")
}

pub fn says(what: &str) -> String {
    format!("it says {what}")
}

pub fn stdout_is(text: &str) -> String {
    format!("its stdout is {}", quote(text.as_bytes()))
}

pub fn all_threads_wait(program: &str) -> String {
    format!("all threads of {program} wait")
}

pub fn nothing_happens(time: Duration) -> String {
    format!("nothing happens for {time:?}")
}

pub fn meanwhile_idle(program: &str) -> String {
    format!("meanwhile {program} rests")
}

pub const EACH_THREAD_WAITS: &str = "each of its threads waits for something";

pub const NO_MORE_DESCRIPTORS: &str = "the system gives descriptors to the program no more";
pub const NO_MORE_THREADS: &str = "the system gives threads to the program no more";
pub const LIFT_THE_LIMIT: &str = "lift the limit";

// Connections.

pub fn client(number: usize) -> String {
    match number {
        1 => "the client".into(),
        _ => format!("client {number}"),
    }
}

pub fn connects(peer: &str, address: SocketAddr) -> String {
    format!("{peer} connects to {address}")
}

pub fn is_refused(address: SocketAddr) -> String {
    format!("a connection to {address} is refused")
}

pub fn listen_on(address: SocketAddr) -> String {
    format!("listen on {address}")
}

pub const CLOSE_THE_LISTENER: &str = "close the listener";

pub const ACCEPT: &str = "accept a connection";

pub fn accepted(number: usize) -> String {
    match number {
        1 => "the server".into(),
        _ => format!("the server's connection {number}"),
    }
}

pub fn sends(peer: &str, bytes: &[u8]) -> String {
    format!("{peer} sends {}", quote(bytes))
}

pub fn sends_in_chunks(peer: &str, whole: &[u8], chunks: usize) -> String {
    let whole = quote(whole);
    format!("{peer} sends {whole} in {chunks} pieces, each when the one before has been read")
}

pub fn has_been_read(peer: &str) -> String {
    format!("what {peer} has sent has been read")
}

pub fn finishes_sending(peer: &str) -> String {
    format!("{peer} ends its side")
}

pub fn has_unread_input(peer: &str) -> String {
    format!("{peer} has unread input")
}

pub fn receives(peer: &str, bytes: &[u8]) -> String {
    format!("{peer} receives {}", quote(bytes))
}

pub fn receives_end(peer: &str) -> String {
    format!("{peer} receives the end of the stream")
}

pub fn receives_to_end(peer: &str) -> String {
    format!("{peer} receives to the end of the stream")
}

pub fn receives_no_reply(peer: &str) -> String {
    format!("{peer} receives no reply, only the connection's end")
}

pub fn sends_until_cut_off(peer: &str) -> String {
    format!("{peer} sends on and on, until it is cut off")
}

pub fn is_reset(peer: &str) -> String {
    format!("{peer} is reset")
}

pub fn receives_nothing_for(peer: &str, time: Duration) -> String {
    format!("{peer} receives nothing for {time:?}")
}

pub fn closes(peer: &str) -> String {
    format!("{peer} closes")
}

pub fn resets(peer: &str) -> String {
    format!("{peer} resets the connection")
}

// The kernel's view, and statements.

pub fn listed(local: SocketAddr, peer: SocketAddr, state: impl Display) -> String {
    format!("the kernel lists the socket {local} -> {peer} in {state}")
}

pub fn nothing_is_left(local: SocketAddr, peer: SocketAddr) -> String {
    format!("nothing is left of {local} -> {peer}")
}

pub fn message_waits(server: SocketAddr) -> String {
    format!("a message waits in the kernel of {server}")
}

pub const LESS_THAN_NINE_SECONDS: &str = "that took less than 9 s";

pub fn fails(what: impl Display, why: impl Display) -> String {
    format!("{what} fails: {why}")
}

pub fn is_recorded(name: &str) -> String {
    format!("the book's recording {name} shows this output")
}

pub const NETWORK: &str = "two network namespaces, joined by a cable";
