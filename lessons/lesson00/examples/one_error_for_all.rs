//! All bad words are reported together, in one line without their names.
//!
//! Neither a person nor a script learns which of them were bad.
//!
//! Instead of: exercise00
//! Fails: looks_at_all_of_them, refuses_what_is_no_address, refuses_blanks,
//!   refuses_ports_that_do_not_fit, refuses_ports_that_are_not_digits

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer that counts the bad words")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut bad = 0;
    for text in addresses {
        bad +=
            usize::from(describe(text).and_then(|what| say!("{text}: {what}")).is_err());
    }
    if bad == 0 {
        return ExitCode::SUCCESS;
    }
    // ANCHOR: bug
    complain(&common::Failure::new("bad addresses", format!("there were {bad}")));
    // ANCHOR_END: bug
    ExitCode::FAILURE
}
