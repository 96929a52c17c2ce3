//! The text ends at its first NUL.
//!
//! A string of C's ends there. UTF-8 knows NUL as a character like any other.
//!
//! Instead of: exercise01
//! Fails: prints_the_text_exactly

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client whose text ends at NUL")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    say!("{}", text.split('\0').next().unwrap_or_default())
    // ANCHOR_END: bug
}
