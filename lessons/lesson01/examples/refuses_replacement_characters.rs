//! A replacement character in the text is taken for a sign that it wasn't UTF-8.
//!
//! U+FFFD is a character like any other. A decoder that puts it in place of bad bytes makes
//! the two look the same.
//!
//! Instead of: exercise01
//! Fails: prints_the_text_exactly

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that refuses replacement characters")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    let text = String::from_utf8_lossy(&reply);
    if text.contains('\u{fffd}') {
        return Err(Failure::new(
            "the reply is not text",
            "it has bytes that mean nothing",
        ));
    }
    // ANCHOR_END: bug
    say!("{text}")
}
