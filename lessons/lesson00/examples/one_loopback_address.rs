//! Loopback is one address of IPv4 here, 127.0.0.1.
//!
//! All of 127.0.0.0/8 is loopback, 16 million addresses.
//!
//! Instead of: exercise00
//! Fails: names_the_kind_of_address, knows_that_port_0_is_none, looks_at_all_of_them

mod answer;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer that knows one loopback address")
}

fn kind(ip: IpAddr) -> &'static str {
    // ANCHOR: bug
    let loopback =
        ip == IpAddr::V4(Ipv4Addr::LOCALHOST) || ip == IpAddr::V6(Ipv6Addr::LOCALHOST);
    // ANCHOR_END: bug
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    match ip {
        _ if loopback => "loopback",
        _ if ip.is_unspecified() => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}
