//! Only fd00::/8 is called private in IPv6.
//!
//! The addresses that are in use begin with fd, but the range of RFC 4193 is fc00::/7.
//!
//! Instead of: exercise00
//! Fails: takes_ipv6_addresses

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }
        .run("An answer that knows half of the unique local addresses")
}

fn kind(ip: IpAddr) -> &'static str {
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private(),
        // ANCHOR: bug
        IpAddr::V6(ip) => ip.octets()[0] == 0xfd,
        // ANCHOR_END: bug
    };
    match ip {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_unspecified() => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}
