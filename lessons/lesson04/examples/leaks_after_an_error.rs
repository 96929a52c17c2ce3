//! When a conversation ends by an error, a copy of its connection is kept.
//!
//! Instead of: exercise04
//! Fails: closes_on_a_line_that_is_too_long, leaves_nothing_behind,
//!   does_the_same_in_ipv6

mod lines;
mod shared;

use std::process::ExitCode;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(server::run(args::parse(), |client| {
        let outcome = answer_lines(client);
        if outcome.is_err() {
            std::mem::forget(client.connection.try_clone());
        }
        outcome
    }))
    // ANCHOR_END: bug
}
