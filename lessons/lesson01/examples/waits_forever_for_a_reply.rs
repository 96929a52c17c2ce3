//! Nothing limits how long the client waits for its reply (C11).
//!
//! A server that accepts and then says nothing holds it forever.
//!
//! Instead of: exercise01
//! Fails: gives_up_connecting, gives_up_on_a_silent_server, gives_up_on_a_slow_server,
//!   has_one_deadline, has_errors_and_limits_in_ipv6

mod shared;

use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit, say};
use shared::{decode, greet, read_frame};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that waits forever (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = greet(arguments)?;
    // ANCHOR: bug
    connection.set_read_timeout(None).explain("cannot set a timeout")?;
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut connection)?)?)
}
