//! All IPv6 addresses come after the others.
//!
//! A script that reads one line for each of its words mistakes one address for another.
//!
//! Instead of: exercise00
//! Fails: takes_ipv6_addresses

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer with IPv6 at the end")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    // ANCHOR: bug
    let (ipv6, others): (Vec<_>, Vec<_>) =
        addresses.iter().partition(|text| text.starts_with('['));
    for text in others.into_iter().chain(ipv6) {
        // ANCHOR_END: bug
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}
