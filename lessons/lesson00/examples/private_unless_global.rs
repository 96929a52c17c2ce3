//! Every IPv6 address that doesn't begin with 2 is called private.
//!
//! The addresses that are given out today begin with 2 or 3. That doesn't make the others
//! private.
//!
//! Instead of: exercise00
//! Fails: takes_ipv6_addresses

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer that calls private what isn't global")
}

fn kind(ip: IpAddr) -> &'static str {
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private(),
        // ANCHOR: bug
        IpAddr::V6(ip) => ip.octets()[0] & 0xe0 != 0x20,
        // ANCHOR_END: bug
    };
    match ip {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_unspecified() => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}
