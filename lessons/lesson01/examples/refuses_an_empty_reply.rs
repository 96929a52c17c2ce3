//! An empty reply is taken for no reply.
//!
//! The length is there, and says 0. That is a reply.
//!
//! Instead of: exercise01
//! Fails: takes_an_empty_reply

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that refuses an empty reply")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    if text.is_empty() {
        return Err(Failure::new("no reply", "it is empty"));
    }
    say!("{text}")
    // ANCHOR_END: bug
}
