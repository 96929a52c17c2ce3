//! Blanks and newlines at the ends of the text are lost.
//!
//! `trim` is a habit from reading lines.
//!
//! Instead of: exercise01
//! Fails: prints_the_text_exactly, takes_the_longest_reply

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that trims the text")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    say!("{}", text.trim())
    // ANCHOR_END: bug
}
