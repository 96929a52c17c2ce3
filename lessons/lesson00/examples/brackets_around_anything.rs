//! Brackets are cut off, whatever is between them.
//!
//! They belong around an IPv6 address, so `[127.0.0.1]:80` isn't an address with a port.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that takes brackets around IPv4")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) =
        text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    // ANCHOR: bug
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse(),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR_END: bug
    let is_digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|_| is_digits);
    let number = number.ok_or_else(|| none(text, "no port"))?;
    Ok(SocketAddr::new(ip.map_err(|_| none(text, "no IP address"))?, number))
}
