//! The steps of a check, as its report numbers them.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use crate::words::quote;

words! {
    accept() = "accept a connection";
    becomes_refused() = "new clients are refused";
    close_the_listener() = "close the listener";
    each_thread_waits() = "each of its threads waits for something";
    less_than_nine_seconds() = "that took less than 9 s";
    lift_the_limit() = "lift the limit";
    network() = "two network namespaces, joined by a cable";
    no_more_descriptors() = "the system gives descriptors to the program no more";
    no_more_threads() = "the system gives threads to the program no more";

    // Programs.
    starts(command: &str) = "start {}", command.trim_end();
    runs_to_end(command: &str) = "run {command} to its end";
    listens(program: &str) = "wait until {program} listens";
    writes(program: &str, what: &str) = "wait until {program} writes {what}";
    has_not_said(program: &str, words: &str) = "{program} has not said {words:?}";
    ends(program: &str) = "wait until {program} ends";
    ends_without_listening(program: &str) = "wait until {program} ends; it must not listen";
    still_runs(program: &str) = "{program} still runs";
    interrupt(program: &str) = "press Ctrl-C in the terminal of {program}";
    terminate(program: &str) = "ask {program} to end (SIGTERM)";
    suspend(program: &str) = "suspend {program} (Ctrl-Z): its kernel goes on without it";
    resume(program: &str) = "let {program} go on";
    kill(program: &str) = "kill {program}";
    types(program: &str, text: &str) = "type {text:?} into {program}";
    ends_input(program: &str) = "end the input of {program} (Ctrl-D)";
    exit_code(code: i32) = "its exit code is {code}";
    stdout_has(words: &str) = "its stdout has {words:?}";
    stderr_has(words: &str) = "its stderr has {words:?}";
    stdout_is(text: &str) = "its stdout is {}", quote(text.as_bytes());
    says(what: &str) = "it says {what}";
    all_threads_wait(program: &str) = "all threads of {program} wait";
    nothing_happens(time: Duration) = "nothing happens for {time:?}";
    meanwhile_idle(program: &str) = "meanwhile {program} rests";

    // Added to a step that is over.
    took(time: Duration) = " (took {:.1} s)", time.as_secs_f64();
    had_ended(program: &str) = " (because {program} had ended)";

    // Connections.
    connects(peer: &str, address: SocketAddr) = "{peer} connects to {address}";
    is_refused(address: SocketAddr) = "a connection to {address} is refused";
    listen_on(address: SocketAddr) = "listen on {address}";
    sends(peer: &str, bytes: &[u8]) = "{peer} sends {}", quote(bytes);
    sends_in_chunks(peer: &str, bytes: &[u8], chunks: usize) =
        "{peer} sends {} in {chunks} chunks, each after the one before has been read", quote(bytes);
    has_been_read(peer: &str) = "what {peer} has sent has been read";
    finishes_sending(peer: &str) = "{peer} finishes sending";
    has_unread_input(peer: &str) = "{peer} has unread input";
    receives(peer: &str, bytes: &[u8]) = "{peer} receives {}", quote(bytes);
    receives_end(peer: &str) = "{peer} receives the end of the stream";
    receives_to_end(peer: &str) = "{peer} receives to the end of the stream";
    receives_no_reply(peer: &str) = "{peer} receives no reply, only the connection's end";
    receives_nothing_for(peer: &str, time: Duration) = "{peer} receives nothing for {time:?}";
    sends_until_cut_off(peer: &str) = "{peer} sends on and on, until it is cut off";
    no_later_than(latest: Duration) = "that took less than {latest:?}";
    is_reset(peer: &str) = "{peer} is reset";
    closes(peer: &str) = "{peer} closes";
    resets(peer: &str) = "{peer} resets the connection";
    sends_and_resets(peer: &str, bytes: &[u8]) =
        "{peer} sends {} and resets the connection right behind it", quote(bytes);

    // The kernel's view, and statements.
    listed(local: SocketAddr, peer: SocketAddr, state: impl Display) =
        "the kernel lists the socket {local} -> {peer} in {state}";
    nothing_is_left(local: SocketAddr, peer: SocketAddr) = "nothing is left of {local} -> {peer}";
    message_waits(server: SocketAddr) = "a message waits in the kernel of {server}";
    fails(what: impl Display, why: impl Display) = "{what} fails: {why}";
    is_recorded(name: &str) = "the book's recording {name} shows this output";
}

pub fn client(number: usize) -> String {
    if number == 1 { "the client".into() } else { format!("client {number}") }
}

pub fn accepted(number: usize) -> String {
    if number == 1 { "the server".into() } else { format!("the server's connection {number}") }
}
