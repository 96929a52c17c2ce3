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

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: five seconds");
    let limit = arguments.time_limit;
    // BUG: another default.
    let is_given = std::env::args().any(|it| it == "--time-limit");
    let limit = if is_given { limit } else { Duration::from_secs(5) };
    let connection = client::connect(arguments.address, limit)?;
    client::converse(&connection, limit, length)
}
