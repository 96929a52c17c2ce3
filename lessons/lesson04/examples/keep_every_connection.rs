//! The server keeps a list of all connections, and never removes one.
//!
//! The list is for the day when the server stops. Each client leaves a descriptor behind,
//! so its socket stays open. The client learns of the end only because `shutdown` works
//! on the connection, while closing works on a descriptor (S17).
//!
//! Instead of: lesson04
//! Fails: leaves_nothing_behind, survives_a_crowd

mod shared;

use std::process::ExitCode;

use common::exit;

use shared::converse::converse;
use shared::server::start_thread;
use shared::*;

fn main() -> ExitCode {
    let mut connections = Vec::new();
    // ANCHOR: bug
    exit(run_with(args::parse(), |client| {
        connections.extend(client.connection.try_clone());
        start_thread(client, converse);
    }))
    // ANCHOR_END: bug
}
