//! The exit code says how the last address was.
//!
//! A bad one before a good one ends with exit code 0.
//!
//! Instead of: exercise00
//! Fails: looks_at_all_of_them

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer whose exit code is that of the last word")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for text in addresses {
        // ANCHOR: bug
        code = ExitCode::SUCCESS;
        // ANCHOR_END: bug
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}
