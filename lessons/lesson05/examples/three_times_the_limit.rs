//! The time limit is three times what the command line says.
//!
//! It is taken once for each part of the conversation: to connect, to send, to receive.
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
    let (arguments, length) = echo_arguments("Exercise 5: three times the limit");
    let limit = arguments.time_limit;
    // BUG: the limit is for all parts together.
    let limit = limit * 3;
    let connection = client::connect(arguments.address, limit)?;
    client::converse(&connection, limit, length)
}
