//! What the threads of a program do.

use std::net::SocketAddr;

pub const BUSY: &str = "is busy, and waits for nothing";
pub const POLLS: &str = "waits in poll until one of its sockets is ready";
pub const SLEEPS: &str = "sleeps";
pub const WAITS_FOR_A_PROCESS: &str = "waits for a process";
pub const WAITS_FOR_A_THREAD: &str = "waits for a lock, or for another thread";

pub const LISTENER: &str = "on its listener";

pub fn threads(number: usize, only: bool, does: &str) -> String {
    match number {
        1 if only => format!("it {does}"),
        1 => format!("one thread {does}"),
        _ => format!("{number} threads: each {does}"),
    }
}

pub fn waits_in(call: &str, on: &str) -> String {
    format!("waits in {call} {on}")
}

pub fn connection(peer: SocketAddr) -> String {
    format!("on its connection with {peer}")
}

pub fn descriptor(number: u64) -> String {
    match number {
        0 => "on its standard input".into(),
        1 => "on its standard output".into(),
        2 => "on its standard error".into(),
        _ => format!("on descriptor {number}"),
    }
}

pub fn handles(peer: String, number: usize) -> String {
    match number {
        1 => peer,
        _ => format!("{peer} (it has {number} handles of it)"),
    }
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
