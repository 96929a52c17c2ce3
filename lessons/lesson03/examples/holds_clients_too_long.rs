//! A client may hold the server for two seconds longer than its limit.
//!
//! Instead of: exercise03
//! Fails: ends_a_silent_client_in_time

mod shared;

use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        converse: |connection, client, limit| {
            lesson02::serve(
                &connection,
                client,
                limit + std::time::Duration::from_secs(2),
            )
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server with a longer limit", &server))
}
