//! A port with a plus sign passes.
//!
//! The word is cut at its last colon, and `parse::<u16>` reads the port. `parse` accepts
//! a sign in front of a number, so `+80` silently becomes port 80.
//!
//! Instead of: exercise00
//! Fails: refuses_ports_that_are_not_digits

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that takes a port with a plus")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) =
        text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR: bug
    let number: u16 = number.parse().map_err(|_| none(text, "the port does not fit"))?;
    // ANCHOR_END: bug
    Ok(SocketAddr::new(ip.map_err(|_| none(text, "no IP address"))?, number))
}
