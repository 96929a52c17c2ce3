//! An IPv4 address that is written as an IPv6 one is judged as IPv4.
//!
//! `to_canonical` makes 127.0.0.1 of ::ffff:127.0.0.1. The assignment asks for the address
//! that was given, and that one is of no kind that it names.
//!
//! Instead of: exercise00
//! Fails: takes_ipv6_addresses

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer that judges mapped addresses as IPv4")
}

fn kind(ip: IpAddr) -> &'static str {
    // ANCHOR: bug
    let ip = ip.to_canonical();
    // ANCHOR_END: bug
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    match ip {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_unspecified() => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}
