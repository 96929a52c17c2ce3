//! The port is read as a large number, and `as` cuts it to 16 bits.
//!
//! 65536 silently becomes 0, and 74626 becomes 9090.
//!
//! Instead of: exercise00
//! Fails: refuses_ports_that_do_not_fit, refuses_ports_that_are_not_digits

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that cuts a port to 16 bits")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) =
        text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR: bug
    let number =
        number.parse::<u128>().map_err(|_| none(text, "the port is no number"))? as u16;
    // ANCHOR_END: bug
    Ok(SocketAddr::new(ip.map_err(|_| none(text, "no IP address"))?, number))
}
