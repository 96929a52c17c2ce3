//! Without `--time-limit`, everything must be over after one second.
//!
//! The assignment says 10 s. A server that takes a little longer is given up.
//!
//! Instead of: exercise05
//! Fails: has_time_by_default

mod client;

use std::process::ExitCode;
use std::time::Duration;

use common::exit;

fn main() -> ExitCode {
    // BUG: another default.
    let default = Duration::from_secs(1);
    exit(client::run_by_default("Exercise 5: another limit", default))
}
