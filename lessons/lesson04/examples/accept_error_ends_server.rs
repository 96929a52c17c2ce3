//! C11: an error of `accept` ends the server. It comes when no descriptor is left, so the best-visited
//! server dies, and takes all its clients with it.
//!
//! Instead of: lesson04
//! Fails: survives_without_descriptors, waits_for_descriptors, stops_without_descriptors

use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{Settings, converse, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that ends when accept fails (C11)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    while clients.wait_for_a_place() {
        // ANCHOR: bug
        let (connection, address) = listener.accept().explain("cannot accept a client")?;
        // ANCHOR_END: bug
        if let Some(client) = clients.admit(connection, address) {
            start_thread(client, converse);
        }
    }
    drop(listener);
    clients.see_off();
    Ok(())
}
