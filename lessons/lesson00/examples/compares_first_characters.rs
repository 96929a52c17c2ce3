//! The kind of an IPv6 address is told by its first characters.
//!
//! Zeros in front of a group are left out, so that `fd::1` doesn't begin with the byte `fd`.
//!
//! Instead of: exercise00
//! Fails: takes_ipv6_addresses

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer that compares characters")
}

fn kind(ip: IpAddr) -> &'static str {
    // ANCHOR: bug
    match ip.to_string() {
        text if text.starts_with("::1") => "loopback",
        text if text.starts_with("fc") || text.starts_with("fd") => "private",
        // ANCHOR_END: bug
        _ => (RIGHT.kind)(ip),
    }
}
