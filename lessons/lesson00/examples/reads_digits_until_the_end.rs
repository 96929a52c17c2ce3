//! The port ends at the first character that isn't a digit, as with C's `atoi`.
//!
//! `80x`, `80.0` and `80 ` all become port 80.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address, refuses_blanks, refuses_ports_that_are_not_digits

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that reads the port as far as it goes")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) =
        text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR: bug
    let end = number.find(|it: char| !it.is_ascii_digit()).unwrap_or(number.len());
    let number = number[..end].parse().map_err(|_| none(text, "no port"))?;
    // ANCHOR_END: bug
    Ok(SocketAddr::new(ip.map_err(|_| none(text, "no IP address"))?, number))
}
