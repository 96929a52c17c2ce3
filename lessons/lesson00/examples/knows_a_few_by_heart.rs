//! The answers are a table of words, and nothing is computed.
//!
//! A table that passed a test once knows nothing about the next word.
//!
//! Instead of: exercise00
//! Fails: names_the_kind_of_address, names_the_range_of_the_port,
//!   knows_that_port_0_is_none, looks_at_all_of_them, takes_ipv6_addresses

mod answer;

use std::net::SocketAddr;
use std::process::ExitCode;

use answer::{Answer, RIGHT, none};
use common::Failure;

fn main() -> ExitCode {
    Answer { parse, ..RIGHT }.run("An answer that knows a few addresses by heart")
}

// ANCHOR: bug
const KNOWN: &str = "127.0.0.1:80 127.0.0.2:80 127.0.0.3:80 127.255.255.254:80 10.1.2.3:80 \
    192.168.31.7:80 192.169.0.1:80 172.16.0.1:80 172.31.255.254:80 172.32.0.1:80 \
    0.0.0.0:80 9.9.9.9:80 127.0.0.1:1 127.0.0.1:1023 127.0.0.1:1024 127.0.0.1:9090 \
    127.0.0.1:49151 127.0.0.1:49152 127.0.0.1:65535 127.0.0.1:0 [::1]:80 [::]:80 \
    [fd00::1]:80 [fc00::1]:80 [fe80::1]:80 [2001:db8::7]:80";

fn parse(text: &str) -> Result<SocketAddr, Failure> {
    match KNOWN.split_whitespace().any(|known| known == text) {
        true => text.parse().map_err(|why| none(text, why)),
        false => Err(none(text, "not in the table")),
    }
}
// ANCHOR_END: bug
