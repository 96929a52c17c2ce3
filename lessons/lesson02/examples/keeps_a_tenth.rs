//! The connection of every tenth client is never closed.
//!
//! It has its reply and its end of the stream. But its descriptor is gone for good.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        close: |connection, number| {
            if number % 10 == 0 {
                std::mem::forget(connection);
            }
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that keeps a tenth of its connections", server))
}
