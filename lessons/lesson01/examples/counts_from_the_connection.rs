//! The limit begins when the client is connected.
//!
//! A server that takes its time to answer `connect` has the whole limit once more.
//!
//! Instead of: exercise01
//! Fails: gives_up_connecting
//! Judged only on these.

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client whose limit begins late")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    // ANCHOR: bug
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut conversation)?)?)
}
