//! The address is cut at the last colon, and each part is read by `parse`. That takes a sign in front of a
//! number: `+80` becomes port 80, without a word.
//!
//! Instead of: exercise00
//! Fails: refuses_ports_that_do_not_fit

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that takes a port with a plus")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) = text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR: bug
    let number: u16 = number.parse().map_err(|_| none(text, "the port does not fit"))?;
    // ANCHOR_END: bug
    Ok(SocketAddr::new(ip.map_err(|_| none(text, "no IP address"))?, number))
}
