//! Each address is shown as this program would write it.
//!
//! The assignment asks for it as it was given. A script that looks for the line of
//! `[0:0:0:0:0:0:0:1]:80` doesn't find it.
//!
//! Instead of: exercise00
//! Fails: names_the_range_of_the_port, knows_that_port_0_is_none, takes_ipv6_addresses

mod answer;

use std::net::SocketAddr;
use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer that spells addresses in its own way")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for text in addresses {
        // ANCHOR: bug
        let spelled = text
            .parse::<SocketAddr>()
            .map_or(text.clone(), |address| address.to_string());
        // ANCHOR_END: bug
        if let Err(failure) = describe(text).and_then(|what| say!("{spelled}: {what}")) {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}
