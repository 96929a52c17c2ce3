//! Without `--time-limit`, the program ends after eleven seconds.
//!
//! The assignment says 10 s, and half a second to end.
//!
//! Instead of: exercise05
//! Fails: has_ten_seconds_by_default

mod client;

use std::process::ExitCode;
use std::time::Duration;

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: another limit");
    let limit = arguments.time_limit;
    // BUG: another default.
    let is_given = std::env::args().any(|it| it == "--time-limit");
    let limit = if is_given { limit } else { Duration::from_secs(11) };
    let connection = client::connect(arguments.address, limit)?;
    client::converse(&connection, limit, length)
}
