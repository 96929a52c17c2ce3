//! What the threads of a program do.

use std::net::SocketAddr;

words! {
    busy() = "is busy, and waits for nothing";
    polls() = "waits in poll until one of its sockets is ready";
    sleeps() = "sleeps";
    waits_for_a_process() = "waits for a process";
    waits_for_a_thread() = "waits for a lock, or for another thread";
    // What a call waits on.
    listener() = "on its listener";
    a_connection() = "on a connection of its own";
    stdin() = "on its standard input";
    stdout() = "on its standard output";
    stderr() = "on its standard error";

    only_thread(does: &str) = "it {does}";
    one_thread(does: &str) = "one thread {does}";
    threads(number: usize, does: &str) = "{number} threads: each {does}";
    waits_in(call: &str, on: &str) = "waits in {call} {on}";
    connection(peer: SocketAddr) = "on its connection with {peer}";
    descriptor(number: u64) = "on descriptor {number}";
    handles(peer: &str, number: usize) = "{peer} (it has {number} handles of it)";
}

/// What one thread does, seen a few times.
pub fn one_after_the_other(does: &[String]) -> String {
    does.join(", then ")
}

pub fn not_accepted(count: u64) -> String {
    match count {
        1 => "1 connection waits for accept".into(),
        _ => format!("{count} connections wait for accept"),
    }
}

pub fn unread(count: u64, peer: SocketAddr) -> String {
    match count {
        1 => format!("1 byte from {peer} lies unread in the kernel"),
        _ => format!("{count} bytes from {peer} lie unread in the kernel"),
    }
}
