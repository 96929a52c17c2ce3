//! Without --time-limit, a client has a minute and not ten seconds.
//!
//! Instead of: exercise02
//! Fails: gives_a_client_ten_seconds

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { default_limit: std::time::Duration::from_secs(60), ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that waits for a minute", server))
}
