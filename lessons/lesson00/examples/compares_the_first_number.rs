//! The first number of an IPv4 address decides whether it's private.
//!
//! All of 10.0.0.0/8 is private. But of 172.x and 192.x only 172.16.0.0/12 and
//! 192.168.0.0/16 are, so many public addresses are called private here.
//!
//! Instead of: exercise00
//! Fails: names_the_kind_of_address

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer that judges an address by its first number")
}

fn kind(ip: IpAddr) -> &'static str {
    let private = match ip {
        // ANCHOR: bug
        IpAddr::V4(ip) => [10, 172, 192].contains(&ip.octets()[0]),
        // ANCHOR_END: bug
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    match ip {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_unspecified() => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}
