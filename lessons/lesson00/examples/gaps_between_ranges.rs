//! Every range of ports leaves out its borders.
//!
//! With `<` and `>` on both sides of a border, the ports 1023, 1024 and 49151 are in
//! neither range. They fall through to the last one, and are called dynamic.
//!
//! Instead of: exercise00
//! Fails: names_the_range_of_the_port, takes_ipv6_addresses

mod answer;

use std::process::ExitCode;

use answer::{Answer, RIGHT};

fn main() -> ExitCode {
    Answer { port, ..RIGHT }.run("An answer whose ranges leave out their borders")
}

fn port(port: u16) -> &'static str {
    // ANCHOR: bug
    if port == 0 {
        "no port yet"
    } else if port < 1023 {
        "system port"
    } else if port > 1024 && port < 49151 {
        "user port"
    } else {
        "dynamic port"
    }
    // ANCHOR_END: bug
}
