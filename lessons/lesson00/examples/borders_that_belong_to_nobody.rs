//! `<` and `>` on both sides of a border: the border itself falls through to the last range.
//!
//! Instead of: exercise00
//! Fails: names_the_range_of_the_port

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
