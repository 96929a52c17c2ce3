//! After its first client, the server listens at a second address as well.
//!
//! It was told one. Whoever finds the other one gets in, and a look at the start of the
//! server doesn't show it.
//!
//! Instead of: exercise02
//! Fails: serves_the_next_client, serves_a_hundred_clients
//! Judged only on Linux. Elsewhere, a program's listeners aren't listed.

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::net::TcpListener;
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        close: |connection, number| {
            drop(connection);
            if number == 1 {
                std::mem::forget(TcpListener::bind("127.0.0.2:0"));
            }
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that listens elsewhere later", server))
}
