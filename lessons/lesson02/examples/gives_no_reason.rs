//! stderr names the client, but doesn't say what is wrong with it.
//!
//! Instead of: exercise02
//! Fails: survives_an_empty_request

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { report: |client, _why| eprintln!("error: {client}"), ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server whose errors give no reason", server))
}
