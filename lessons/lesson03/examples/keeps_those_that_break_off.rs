//! The connections of clients that break off are kept, for the log.
//!
//! Clients that are served leave nothing behind, so all seems well in good weather.
//!
//! Instead of: exercise03
//! Fails: serves_a_hundred_clients
//! Judged only on these.
//! Judged only on Unix. In Wine, the check has no client break off.

mod shared;

use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        converse: |connection, client, limit| {
            let served = lesson02::serve(&connection, client, limit);
            if served.is_err() {
                std::mem::forget(connection);
            }
            served
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that keeps those that break off", &server))
}
