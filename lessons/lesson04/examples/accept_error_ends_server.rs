//! An error of `accept` ends the server (C11).
//!
//! The error comes when no descriptor is left, so the busiest server dies, and all its
//! clients are cut off.
//!
//! Instead of: lesson04
//! Fails: survives_without_descriptors, waits_for_descriptors, stops_without_descriptors

mod shared;

use std::process::ExitCode;

use common::{Explain, Failure, exit};

use shared::args::Args;
use shared::converse::converse;
use shared::server::start_thread;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    while server.wait_for_slot() {
        // ANCHOR: bug
        let (connection, address) =
            listener.accept().explain("cannot accept a client")?;
        // ANCHOR_END: bug
        if let Some(client) = server.admit(connection, address) {
            start_thread(client, converse);
        }
    }
    drop(listener);
    server.drain();
    Ok(())
}
