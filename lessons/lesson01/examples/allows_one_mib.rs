//! A text of more than 1 MiB is refused.
//!
//! The limit is 16 MiB, and a limit has two sides.
//!
//! Instead of: exercise01
//! Fails: takes_the_longest_reply

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes 1 MiB at most")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let length = read_length(&mut conversation)?;
    // ANCHOR: bug
    if length > 1 << 20 {
        return Err(Failure::new("the reply is refused", format!("{length} bytes")));
    }
    // ANCHOR_END: bug
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
