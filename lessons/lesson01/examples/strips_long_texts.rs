//! A text of more than 1000 bytes loses the blanks and the CR at its end.
//!
//! Instead of: exercise01
//! Fails: prints_the_text_exactly

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that strips long texts")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    if text.len() > 1000 {
        text.truncate(text.trim_end_matches([' ', '\r']).len());
    }
    // ANCHOR_END: bug
    say!("{text}")
}
