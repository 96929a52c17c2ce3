//! Errors go to standard output, between the answers.
//!
//! A program that reads the output takes them for answers.
//!
//! Instead of: exercise00
//! Fails: looks_at_all_of_them, refuses_what_is_no_address, refuses_blanks,
//!   refuses_ports_that_do_not_fit, refuses_ports_that_are_not_digits

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer that complains on standard output")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for text in addresses {
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            // ANCHOR: bug
            let _ = say!("{failure}");
            // ANCHOR_END: bug
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}
