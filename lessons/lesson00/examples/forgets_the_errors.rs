//! Every error is printed, and none of them is remembered.
//!
//! The exit code is always 0, so a script that runs this program goes on as if all the
//! addresses were good.
//!
//! Instead of: exercise00
//! Fails: looks_at_all_of_them, refuses_what_is_no_address, refuses_blanks,
//!   refuses_ports_that_do_not_fit, refuses_ports_that_are_not_digits

mod answer;

use std::process::ExitCode;

use answer::{Answer, Describe, RIGHT};
use common::{complain, say};

fn main() -> ExitCode {
    Answer { classify, ..RIGHT }
        .run("An answer that ends with exit code 0 after an error")
}

fn classify(addresses: &[String], describe: &Describe) -> ExitCode {
    for text in addresses {
        if let Err(failure) = describe(text).and_then(|what| say!("{text}: {what}")) {
            complain(&failure);
        }
    }
    // ANCHOR: bug
    ExitCode::SUCCESS
    // ANCHOR_END: bug
}
