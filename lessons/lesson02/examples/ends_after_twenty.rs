//! The server ends when it has served twenty clients.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { clients: 20, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server for twenty clients", server))
}
