//! A tenth of the limit is kept in reserve.
//!
//! A server that would have been in time is reported as one that hangs.
//!
//! Instead of: exercise01
//! Fails: has_one_deadline
//! Judged only on these.

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that gives up a little too early")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    // ANCHOR: bug
    let limit = time_left(arguments).mul_f64(0.9);
    // ANCHOR_END: bug
    let mut conversation = Limited::new(&connection, limit);
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
