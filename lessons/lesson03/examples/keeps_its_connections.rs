//! The connections of clients that have gone are kept.
//!
//! Each costs a descriptor, for good.
//!
//! Instead of: exercise03
//! Fails: serves_one_after_another, ends_a_silent_client_in_time,
//!   serves_a_hundred_clients, restarts_after_closing_first

mod shared;

use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        converse: |connection, client, limit| {
            let served = lesson02::serve(&connection, client, limit);
            std::mem::forget(connection);
            served
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that keeps its connections", &server))
}
