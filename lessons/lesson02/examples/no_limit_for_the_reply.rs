//! Only reading has a time limit.
//!
//! A client that doesn't read its reply holds the server forever.
//!
//! Instead of: exercise02
//! Fails: gives_up_on_a_client_that_never_reads, ends_a_silent_client_in_time

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        write: |mut connection, _left, reply| {
            std::io::Write::write_all(&mut connection, reply)
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server with a limit for reading", server))
}
