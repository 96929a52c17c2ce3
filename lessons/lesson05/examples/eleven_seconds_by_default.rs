//! Without `--time-limit`, the program ends after eleven seconds.
//!
//! The assignment says 10 s, and half a second to end.
//!
//! Instead of: exercise05
//! Fails: has_ten_seconds_by_default

mod client;

use std::process::ExitCode;
use std::time::Duration;

use common::exit;

fn main() -> ExitCode {
    // BUG: another default.
    let default = Duration::from_secs(11);
    exit(client::run_by_default("Exercise 5: another limit", default))
}
