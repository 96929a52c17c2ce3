//! The mask of 172.16.0.0/12 is one bit short.
//!
//! With 11 bits the range begins at 172.0.0.0, so many public addresses are called private.
//! Only its lower border is wrong.
//!
//! Instead of: exercise00
//! Fails: names_the_kind_of_address

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }.run("An answer with a mask that is one bit short")
}

fn kind(ip: IpAddr) -> &'static str {
    let private = match ip {
        // ANCHOR: bug
        IpAddr::V4(ip) if ip.octets()[0] == 172 => ip.octets()[1] & 0b1110_0000 == 0,
        // ANCHOR_END: bug
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
