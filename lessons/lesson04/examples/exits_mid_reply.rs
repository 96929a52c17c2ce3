//! Ctrl-C ends the program, and all threads with it, wherever they are.
//!
//! Instead of: exercise04
//! Fails: finishes_lines_that_have_arrived, does_the_same_in_ipv6,
//!   finishes_lines_on_sigterm

mod lines;
mod shared;

use std::process::{self, ExitCode};

use common::{Failure, exit};

use lines::answer_lines;
use shared::args::Args;
use shared::server::start_thread;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    accept_clients(&listener, &server, |client| start_thread(client, answer_lines));
    // ANCHOR: bug
    process::exit(0)
    // ANCHOR_END: bug
}
