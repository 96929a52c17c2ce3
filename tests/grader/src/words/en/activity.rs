//! What the threads of a program do.

use std::net::SocketAddr;

pub const BUSY: &str = "is busy, and waits for nothing";
pub const POLLS: &str = "waits in poll until one of its sockets is ready";
pub const SLEEPS: &str = "sleeps";
pub const WAITS_FOR_A_PROCESS: &str = "waits for a process";
pub const WAITS_FOR_A_THREAD: &str = "waits for a lock, or for another thread";

/// What a call waits on.
pub const LISTENER: &str = "on its listener";
pub const A_CONNECTION: &str = "on a connection of its own";
pub const STREAMS: [&str; 3] =
    ["on its standard input", "on its standard output", "on its standard error"];

words! {
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
