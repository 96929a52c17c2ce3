//! The time limit holds for IPv4 only.
//!
//! A silent server on [::1] holds the client for a minute.
//!
//! Instead of: exercise05
//! Fails: keeps_the_deadline

mod client;

use std::process::ExitCode;
use std::time::Duration;

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a limit for IPv4");
    let limit = arguments.time_limit;
    // BUG: the limit is the same for both.
    let limit = if arguments.address.is_ipv6() { Duration::from_secs(60) } else { limit };
    let connection = client::connect(arguments.address, limit)?;
    client::converse(&connection, limit, length)
}
