//! For each client, the server starts another program, for whose end it never waits.
//!
//! A process that has ended stays in the kernel's table until its parent asks how (wait(2)): a zombie.
//!
//! Instead of: exercise04
//! Fails: leaves_nothing_behind
//! Judged only on Linux. Elsewhere, processes aren't counted.

mod lines;
mod shared;

use std::process::{Command, ExitCode};

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(server::run(args::parse(), |client| {
        // It stands for a program that logs who has come. To drop it isn't to wait for it.
        let _ = Command::new("true").spawn();
        answer_lines(client)
    }))
    // ANCHOR_END: bug
}
