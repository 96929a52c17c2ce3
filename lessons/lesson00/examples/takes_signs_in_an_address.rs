//! The numbers of an IPv4 address may have a sign.
//!
//! `parse::<u8>` takes `+1` for a number, so `127.0.0.+1` is an address here, and in no
//! other program.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that takes signs in an address")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    // ANCHOR: bug
    if let Some((ip, port)) = text.split_once(':')
        && let [Ok(a), Ok(b), Ok(c), Ok(d)] =
            *ip.split('.').map(str::parse::<u8>).collect::<Vec<_>>()
        && port.bytes().all(|digit| digit.is_ascii_digit())
        && let Ok(port) = port.parse()
    {
        return Ok((IpAddr::from([a, b, c, d]), port).into());
    }
    // ANCHOR_END: bug
    text.parse().map_err(|why| none(text, why))
}
