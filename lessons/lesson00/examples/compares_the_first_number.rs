//! The address is judged by its first number. 10 is private as a whole; of 172 and 192 only a part is.
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
