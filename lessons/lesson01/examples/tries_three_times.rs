//! After a timeout the client reads again, three times in all (C11).
//!
//! The limit is three times as long as it was said to be.
//!
//! Instead of: exercise01
//! Fails: gives_up_connecting, gives_up_on_a_silent_server, gives_up_on_a_slow_server,
//!   has_one_deadline, has_errors_and_limits_in_ipv6

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that waits for three times its limit (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    // ANCHOR: bug
    let mut conversation = Limited::new(&connection, 3 * arguments.time_limit);
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
