//! The program looks at no more than a hundred words.
//!
//! The assignment asks for a line for each of them.
//!
//! Instead of: exercise00
//! Fails: looks_at_all_of_them

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }.run("An answer that looks at a hundred words")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    // ANCHOR: bug
    for text in addresses.iter().take(100) {
        // ANCHOR_END: bug
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
            code = ExitCode::FAILURE;
        }
    }
    code
}
