//! A server that serves in its accept loop: one silent client, and everybody waits.

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, converse, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that serves one client after the other")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| client.part(converse(&client)));
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
