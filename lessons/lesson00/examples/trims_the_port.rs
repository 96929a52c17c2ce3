//! Blanks around the port are cut off before it's read, as many languages do by themselves.
//!
//! `127.0.0.1: 80` becomes port 80.
//!
//! Instead of: exercise00
//! Fails: refuses_blanks

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that trims the port")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) =
        text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR: bug
    let number = number.trim();
    // ANCHOR_END: bug
    let is_digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|_| is_digits);
    let number = number.ok_or_else(|| none(text, "the port does not fit"))?;
    Ok(SocketAddr::new(ip.map_err(|_| none(text, "no IP address"))?, number))
}
