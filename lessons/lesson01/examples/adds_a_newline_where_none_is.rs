//! A newline is printed only if the text doesn't end with one.
//!
//! A program that reads this output can't tell whether the text ended with one.
//!
//! Instead of: exercise01
//! Fails: prints_the_text_exactly, takes_the_longest_reply

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that saves a newline")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    say!("{}", text.strip_suffix('\n').unwrap_or(&text))
    // ANCHOR_END: bug
}
