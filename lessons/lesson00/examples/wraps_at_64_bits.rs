//! The digits are added up in 64 bits, and what doesn't fit is lost.
//!
//! 2^64 + 80 becomes port 80. A number that fits into 64 bits is compared with 65535.
//!
//! Instead of: exercise00
//! Fails: refuses_ports_that_do_not_fit

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that adds up the digits in 64 bits")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) =
        text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    let is_digits =
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits {
        return Err(none(text, "the port is no number"));
    }
    // ANCHOR: bug
    let number = number.bytes().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'))
    });
    // ANCHOR_END: bug
    let number =
        u16::try_from(number).map_err(|_| none(text, "the port is too large"))?;
    Ok(SocketAddr::new(ip.map_err(|_| none(text, "no IP address"))?, number))
}
