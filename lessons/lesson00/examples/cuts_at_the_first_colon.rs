//! The address is cut at its first colon.
//!
//! That's right for IPv4, but an IPv6 address has colons of its own, so this answer
//! refuses it. And `parse` accepts a sign, so the port `+80` passes.
//!
//! Instead of: exercise00
//! Fails: knows_that_port_0_is_none, takes_ipv6_addresses, refuses_what_is_no_address,
//!   refuses_ports_that_are_not_digits

mod answer;

use std::net::SocketAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that cuts an address at its first colon")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    // ANCHOR: bug
    let (ip, number) =
        text.split_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    // ANCHOR_END: bug
    let ip =
        ip.trim_matches(['[', ']']).parse().map_err(|_| none(text, "no IP address"))?;
    Ok(SocketAddr::new(ip, number.parse().map_err(|_| none(text, "no port"))?))
}
