//! Each range begins one port too late.
//!
//! 1024 and 49152 are called by the range before them.
//!
//! Instead of: exercise00
//! Fails: names_the_range_of_the_port, takes_ipv6_addresses

mod answer;

use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { port, ..RIGHT }.run("An answer whose ranges begin too late")
}

fn port(port: u16) -> &'static str {
    match port {
        0 => "no port yet",
        // ANCHOR: bug
        1..=1024 => "system port",
        1025..=49152 => "user port",
        49153..=65535 => "dynamic port",
        // ANCHOR_END: bug
    }
}
