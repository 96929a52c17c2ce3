//! Exercise 4, wrong: a list of all connections, for the day when the server stops, from which nobody is
//! ever removed. Each client leaves a descriptor behind.
//!
//! Instead of: exercise04
//! Fails: parts_with_a_line_that_is_too_long, leaves_nothing_behind, survives_a_crowd

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, answer_lines, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that keeps every connection")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    let mut connections = Vec::new();
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| {
        connections.extend(client.connection().try_clone());
        start_thread(client, answer_lines);
    });
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
