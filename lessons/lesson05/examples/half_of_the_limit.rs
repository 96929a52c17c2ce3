//! The program gives up at half of its time limit.
//!
//! A server that would have been in time is reported as one that hangs.
//!
//! Instead of: exercise05
//! Fails: gives_up_on_a_silent_server, gives_up_on_a_missing_echo, gives_up_connecting,
//!   keeps_the_deadline

mod client;

use std::process::ExitCode;

use common::{Failure, exit};
use lesson05::echo_arguments;

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: half of the limit");
    let limit = arguments.time_limit;
    // BUG: half for each direction, but both are busy at the same time.
    let limit = limit / 2;
    let connection = client::connect(arguments.address, limit)?;
    client::converse(&connection, limit, length)
}
