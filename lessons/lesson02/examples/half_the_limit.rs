//! A client has half the time that it should have.
//!
//! Instead of: exercise02
//! Fails: gives_up_on_a_client_that_never_reads, ends_a_silent_client_in_time

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { limit: |limit| limit / 2, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server with half the limit", server))
}
