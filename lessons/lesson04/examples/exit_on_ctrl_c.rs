//! S21: threads that nobody waits for die with `main`, wherever they are. The client that waits for a
//! reply gets the end of the stream in its place, in good order, as if that had been all.
//!
//! Instead of: lesson04
//! Fails: finishes_replies, finishes_replies_when_told_to_end

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, converse, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that exits while replies are under way (S21)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    // ANCHOR: bug
    std::process::exit(0)
    // ANCHOR_END: bug
}
