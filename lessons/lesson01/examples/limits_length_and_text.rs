//! The length has a deadline, and the text another one (C11).
//!
//! Together a server can hold the client for twice its limit.
//!
//! Instead of: exercise01
//! Fails: gives_up_connecting, has_one_deadline

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, read_text};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client with two deadlines (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    let length = read_length(&mut conversation)?;
    // ANCHOR: bug
    let mut conversation = Limited::new(&connection, arguments.time_limit);
    // ANCHOR_END: bug
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
