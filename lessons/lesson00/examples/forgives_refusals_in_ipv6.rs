//! A refusal in IPv6 is said, and the exit code is 0.
//!
//! A script that runs it takes it for a success.
//!
//! Instead of: exercise00
//! Fails: shows_both_ends_in_ipv6
//! Judged only on these.

mod answer;

use std::process::ExitCode;

use answer::{Answer, RIGHT};
use common::{Arguments, Failure, complain};

fn main() -> ExitCode {
    Answer { ends, ..RIGHT }.run("An answer that forgives refusals in IPv6")
}

fn ends(arguments: &Arguments) -> Result<(), Failure> {
    let shown = (RIGHT.ends)(arguments);
    // ANCHOR: bug
    match shown {
        Err(failure) if arguments.address.is_ipv6() => {
            complain(&failure);
            Ok(())
        }
        _ => shown,
    }
    // ANCHOR_END: bug
}
