//! The brackets around an IPv6 address are optional here.
//!
//! `::1:80` without brackets is a whole IPv6 address whose last part is 80. This answer
//! takes it for the address `::1` with port 80. It also accepts the port `+80`.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address, refuses_ports_that_are_not_digits

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that does without brackets around IPv6")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    let (ip, number) =
        text.rsplit_once(':').ok_or_else(|| none(text, "it has no colon"))?;
    // ANCHOR: bug
    let ip: IpAddr =
        ip.trim_matches(['[', ']']).parse().map_err(|_| none(text, "no IP address"))?;
    // ANCHOR_END: bug
    let number = number.parse().map_err(|_| none(text, "no port"))?;
    Ok(SocketAddr::new(ip, number))
}
