//! Link-local addresses are called private.
//!
//! 169.254.0.0/16 and fe80::/10 are for one link only, but RFC 1918 and RFC 4193 don't list
//! them.
//!
//! Instead of: exercise00
//! Fails: names_the_kind_of_address, takes_ipv6_addresses

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer that calls link-local addresses private")
}

fn kind(ip: IpAddr) -> &'static str {
    // ANCHOR: bug
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    // ANCHOR_END: bug
    match ip {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_unspecified() => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}
