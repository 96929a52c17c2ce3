//! Without `--time-limit`, everything must be over after five seconds.
//!
//! The assignment says 10 s. A server that takes a little longer is given up.
//!
//! Instead of: exercise05
//! Fails: has_time_by_default
//! Judged only on these.

mod client;

use std::process::ExitCode;
use std::time::Duration;

use common::exit;

fn main() -> ExitCode {
    // BUG: another default.
    let default = Duration::from_secs(5);
    exit(client::run_by_default("Exercise 5: five seconds", default))
}
