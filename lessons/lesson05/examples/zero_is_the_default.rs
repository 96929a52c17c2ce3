//! A message of 0 bytes is taken for one whose length wasn't given.
//!
//! In many languages 0 counts as false, and `length or 32 MiB` looks right.
//!
//! Instead of: exercise05
//! Fails: echoes_messages_of_any_length, connects_to_9090_by_default, says_so_at_once

mod client;

use std::process::ExitCode;

use common::{Failure, exit};
use lesson05::{LONG, echo_arguments};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<(), Failure> {
    let (arguments, length) = echo_arguments("Exercise 5: 0 is the default");
    let limit = arguments.time_limit;
    let connection = client::connect(arguments.address, limit)?;
    // BUG: 0 is a length like any other.
    let length = if length == 0 { LONG } else { length };
    client::converse(&connection, limit, length)
}
