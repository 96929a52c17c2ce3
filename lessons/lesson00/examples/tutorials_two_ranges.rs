//! The ports have two ranges, as in the tutorial (S1).
//!
//! There are three. 1024 to 49151 are the user ports, which IANA registers; this answer
//! calls them dynamic.
//!
//! Instead of: exercise00
//! Fails: names_the_range_of_the_port, takes_ipv6_addresses

mod answer;

use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { port, ..RIGHT }.run("An answer with the tutorial's two ranges of ports (S1)")
}

fn port(port: u16) -> &'static str {
    match port {
        0 => "no port yet",
        // ANCHOR: bug
        1..=1023 => "system port",
        1024..=65535 => "dynamic port",
        // ANCHOR_END: bug
    }
}
