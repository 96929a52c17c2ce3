//! CR LF in the text becomes LF.
//!
//! `lines` takes both for the end of a line, and Python's universal newlines do the same.
//!
//! Instead of: exercise01
//! Fails: prints_the_text_exactly

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that translates newlines")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    say!("{}", text.replace("\r\n", "\n"))
    // ANCHOR_END: bug
}
