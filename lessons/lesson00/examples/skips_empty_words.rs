//! An empty word is passed over without an error.
//!
//! In a script an empty word is often a variable that was never set. Whoever wrote it has to
//! learn of that.
//!
//! Instead of: exercise00
//! Fails: refuses_what_is_no_address

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer that skips empty words")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    // ANCHOR: bug
    for text in addresses.iter().filter(|text| !text.is_empty()) {
        // ANCHOR_END: bug
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}
