//! Every address that begins with a 0 is called unspecified.
//!
//! Only 0.0.0.0 is the unspecified address. The others of 0.0.0.0/8 are of no kind that
//! the assignment names.
//!
//! Instead of: exercise00
//! Fails: names_the_kind_of_address

mod answer;

use std::net::IpAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { kind, ..RIGHT }
        .run("An answer that judges the unspecified address by its first number")
}

fn kind(ip: IpAddr) -> &'static str {
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    // ANCHOR: bug
    let unspecified = match ip {
        IpAddr::V4(ip) => ip.octets()[0] == 0,
        IpAddr::V6(ip) => ip.is_unspecified(),
    };
    // ANCHOR_END: bug
    match ip {
        _ if ip.is_loopback() => "loopback",
        _ if unspecified => "unspecified",
        _ if private => "private",
        _ => "other",
    }
}
