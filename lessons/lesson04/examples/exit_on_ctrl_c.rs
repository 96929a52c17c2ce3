//! Ctrl-C ends the program without waiting for its threads (S21).
//!
//! Threads die with `main`, wherever they are. A client that waits for its reply gets a
//! clean end of the stream instead, as if that were all.
//!
//! Instead of: lesson04
//! Fails: finishes_replies, finishes_replies_on_sigterm

mod shared;

use std::process::{self, ExitCode};

use common::{Failure, exit};

use shared::args::Args;
use shared::converse::converse;
use shared::server::start_thread;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    accept_clients(&listener, &server, |client| start_thread(client, converse));
    // ANCHOR: bug
    process::exit(0)
    // ANCHOR_END: bug
}
