//! The port's digits may be of any script, as in Python's `int`.
//!
//! `８０` looks like 80 and becomes port 80.
//!
//! Instead of: exercise00
//! Fails: refuses_ports_that_are_not_digits

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that takes the digits of every script")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) =
        text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
        Some(ip) => ip.parse().map(IpAddr::V6),
        None => ip.parse().map(IpAddr::V4),
    };
    // ANCHOR: bug
    let digit = |it: char| match it {
        '０'..='９' => it as u32 - '０' as u32,
        '٠'..='٩' => it as u32 - '٠' as u32,
        _ => it.to_digit(10).unwrap_or(99_999),
    };
    let number = number
        .chars()
        .fold(0, |sum: u64, it| sum.saturating_mul(10).saturating_add(digit(it).into()));
    // ANCHOR_END: bug
    let number = u16::try_from(number).ok().filter(|_| !text.ends_with(':'));
    let number = number.ok_or_else(|| none(text, "no port"))?;
    Ok(SocketAddr::new(ip.map_err(|_| none(text, "no IP address"))?, number))
}
