//! After sixty clients, no more are served.
//!
//! Instead of: exercise04
//! Fails: serves_many_clients, leaves_nothing_behind

mod lines;
mod shared;

use std::process::ExitCode;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    let mut left = 60;
    exit(run_with(args::parse(), |client| {
        if left > 0 {
            left -= 1;
            server::start_thread(client, answer_lines);
        }
    }))
    // ANCHOR_END: bug
}
