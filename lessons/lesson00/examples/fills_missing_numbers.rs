//! Missing numbers of an IPv4 address are taken for 0, as `inet_aton` and `ping` do.
//!
//! `127.0.0` isn't an address in the form that the assignment names.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address

mod answer;

use std::net::SocketAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that fills up short addresses")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    // ANCHOR: bug
    if let Some((ip, port)) = text.split_once(':')
        && ip.split('.').count() == 3
        && let Ok(address) = format!("{ip}.0:{port}").parse()
    {
        return Ok(address);
    }
    // ANCHOR_END: bug
    text.parse().map_err(|why| none(text, why))
}
