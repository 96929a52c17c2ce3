//! The first bad address ends the program.
//!
//! The addresses after it are never looked at, so the user doesn't learn what they are.
//!
//! Instead of: exercise00
//! Fails: looks_at_all_of_them, refuses_what_is_no_address, refuses_blanks,
//!   refuses_ports_that_do_not_fit, refuses_ports_that_are_not_digits

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer that gives up at the first bad address")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    for text in addresses {
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            // ANCHOR: bug
            complain(&failure);
            return ExitCode::FAILURE;
            // ANCHOR_END: bug
        }
    }
    ExitCode::SUCCESS
}
