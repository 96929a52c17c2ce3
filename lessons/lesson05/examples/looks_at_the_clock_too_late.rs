//! The clock is looked at every two seconds.
//!
//! Each call has a timeout of its own, and only then does the program ask whether its time
//! is over.
//!
//! Instead of: exercise05
//! Fails: gives_up_on_a_silent_server, gives_up_on_a_missing_echo, gives_up_connecting,
//!   keeps_the_deadline

mod client;

use std::process::ExitCode;
use std::time::Duration;

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: a slow clock");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    // BUG: a limit of 0.3 s ends after 2.3 s.
    let limit = limit + Duration::from_secs(2);
    client::converse(&connection, limit, length)
}
