//! Of each tenth client, a copy of the connection is kept.
//!
//! Instead of: exercise04
//! Fails: leaves_nothing_behind

mod lines;
mod shared;

use std::process::ExitCode;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let mut number = 0;
    exit(run_with(args::parse(), |client| {
        number += 1;
        if number % 10 == 0 {
            std::mem::forget(client.connection.try_clone());
        }
        server::start_thread(client, answer_lines);
    }))
    // ANCHOR_END: bug
}
