//! Exercise 4, wrong: the conversation runs in the accept loop, so everybody waits for the first client.

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, answer_lines, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that serves one client after the other")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| client.part(answer_lines(&client)));
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
