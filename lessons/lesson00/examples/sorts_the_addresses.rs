//! The addresses are sorted first, and each is looked at once.
//!
//! The lines don't come in the order of the words, and a word that comes twice has one line.
//!
//! Instead of: exercise00
//! Fails: names_the_kind_of_address, names_the_range_of_the_port,
//!   knows_that_port_0_is_none, looks_at_all_of_them, takes_ipv6_addresses,
//!   refuses_what_is_no_address

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer that sorts the words")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    // ANCHOR: bug
    for text in addresses.iter().collect::<std::collections::BTreeSet<_>>() {
        // ANCHOR_END: bug
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}
