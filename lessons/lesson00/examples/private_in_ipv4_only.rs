//! Private addresses are known for IPv4 only.
//!
//! IPv6 has them as well, as unique local addresses (RFC 4193). This answer calls them
//! `other`.
//!
//! Instead of: exercise00
//! Fails: takes_ipv6_addresses

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer that knows private addresses in IPv4 only")
}

fn kind(ip: IpAddr) -> &'static str {
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private(),
        // ANCHOR: bug
        IpAddr::V6(_) => false,
        // ANCHOR_END: bug
    };
    match ip {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_unspecified() => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}
