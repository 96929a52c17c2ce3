//! Exercise 4, wrong: Ctrl-C ends the program, and all threads with it, wherever they are.
//!
//! Instead of: exercise04
//! Fails: finishes_lines_that_have_arrived, finishes_lines_when_told_to_end

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, answer_lines, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that exits while replies are under way")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, answer_lines));
    // ANCHOR: bug
    std::process::exit(0)
    // ANCHOR_END: bug
}
