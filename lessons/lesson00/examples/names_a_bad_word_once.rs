//! A bad word that comes twice has one error.
//!
//! Each word that isn't an address gets a line, whatever was said of others.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address

mod answer;

use std::collections::BTreeSet;
use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer that doesn't repeat itself")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let mut named = BTreeSet::new();
    for text in addresses {
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            // ANCHOR: bug
            if named.insert(text) {
                complain(&failure);
            }
            // ANCHOR_END: bug
            code = ExitCode::FAILURE;
        }
    }
    code
}
