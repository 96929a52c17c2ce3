//! The client grants its server two seconds more than its limit (C11).
//!
//! Nothing in the assignment does.
//!
//! Instead of: exercise01
//! Fails: gives_up_connecting, gives_up_on_a_silent_server, gives_up_on_a_slow_server,
//!   has_one_deadline, has_errors_and_limits_in_ipv6

mod shared;

use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that is late by two seconds (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    // ANCHOR: bug
    let limit = arguments.time_limit + Duration::from_secs(2);
    // ANCHOR_END: bug
    let mut conversation = Limited::new(&connection, limit);
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
