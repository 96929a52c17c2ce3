//! The first line is taken for the whole text (C9).
//!
//! The length says how long the reply is; a newline is a character like any other.
//!
//! Instead of: exercise01
//! Fails: takes_a_reply_of_any_length, prints_the_text_exactly, takes_the_longest_reply

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes the first line for the reply (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    say!("{}", text.lines().next().unwrap_or_default())
    // ANCHOR_END: bug
}
