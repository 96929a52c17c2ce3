//! Without --time-limit, a client has one second and not ten.
//!
//! Instead of: exercise02
//! Fails: gives_a_client_time

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { default_limit: std::time::Duration::from_secs(1), ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server with a short default", server))
}
