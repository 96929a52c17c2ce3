//! A port must not begin with a zero.
//!
//! Instead of: exercise00
//! Fails: names_the_range_of_the_port, knows_that_port_0_is_none

mod answer;

use std::net::SocketAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that refuses 0080")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    // ANCHOR: bug
    if let Some((_, port)) = text.rsplit_once(":0")
        && !port.is_empty()
        && !port.contains(':')
    {
        return Err(none(text, "its port begins with a zero"));
    }
    // ANCHOR_END: bug
    text.parse().map_err(|why| none(text, why))
}
