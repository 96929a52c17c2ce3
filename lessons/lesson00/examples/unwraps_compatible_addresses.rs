//! An IPv4 address in IPv6's old compatible form is judged as IPv4.
//!
//! `to_ipv4` makes 127.0.0.1 of `::127.0.0.1` as well. RFC 4291 (section 2.5.5.1) has given
//! that form up, and the assignment names no such range.
//!
//! Instead of: exercise00
//! Fails: takes_ipv6_addresses

mod answer;

use std::net::{IpAddr, Ipv6Addr};
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer that judges compatible addresses as IPv4")
}

fn kind(ip: IpAddr) -> &'static str {
    // ANCHOR: bug
    if let IpAddr::V6(ip) = ip
        && ip != Ipv6Addr::LOCALHOST
        && ip.to_ipv4_mapped().is_none()
        && let Some(ip) = ip.to_ipv4()
    {
        return (RIGHT.kind)(ip.into());
    }
    // ANCHOR_END: bug
    (RIGHT.kind)(ip)
}
