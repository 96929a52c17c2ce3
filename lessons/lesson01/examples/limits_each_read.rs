//! Each read has a timeout, but the conversation has no deadline (C11).
//!
//! A server that sends one byte now and then holds this client forever, because each byte
//! starts the timeout anew.
//!
//! Instead of: exercise01
//! Fails: gives_up_on_a_slow_server, has_one_deadline, gives_up_connecting

mod shared;

use std::process::ExitCode;

use common::{Arguments, Explain, Failure, exit, say};
use shared::{decode, greet, read_frame};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client with a limit on each read of a frame (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut connection = greet(arguments)?;
    // ANCHOR: bug
    connection
        .set_read_timeout(Some(arguments.time_limit))
        .explain("cannot set a timeout")?;
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut connection)?)?)
}
