//! The numbers of an IPv4 address may begin with zeros.
//!
//! Is `010` ten or, as in C, eight? Programs differ, so it's refused.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address

mod answer;

use std::net::SocketAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that takes zeros in an address")
}

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    // ANCHOR: bug
    let without_zeros = |number: &str| match number.trim_start_matches('0') {
        rest if rest.starts_with(|it: char| it.is_ascii_digit()) => rest.to_owned(),
        rest => format!("{}{rest}", if rest == number { "" } else { "0" }),
    };
    let numbers: Vec<String> = text.split('.').map(without_zeros).collect();
    let stripped = numbers.join(".");
    // ANCHOR_END: bug
    stripped.parse().map_err(|why| none(text, why))
}
