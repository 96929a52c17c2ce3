//! A list of all connections, for the day when the server stops, from which nobody is ever removed. Each
//! client leaves a descriptor behind, and its socket stays open with it: that the client learns of the end
//! at all is owed to `shutdown`, which works on the connection, where closing works on a descriptor (S17).
//!
//! Instead of: lesson04
//! Fails: leaves_nothing_behind, survives_a_crowd

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, converse, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that keeps a duplicate of every connection")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    let mut connections = Vec::new();
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| {
        connections.extend(client.connection().try_clone());
        start_thread(client, converse);
    });
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
