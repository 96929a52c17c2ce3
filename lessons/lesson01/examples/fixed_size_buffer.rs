//! A buffer of a fixed size is the longest text (C9).
//!
//! The loop takes a full buffer for the whole text, whatever the length in front of it
//! says.
//!
//! Instead of: exercise01
//! Fails: takes_a_reply_of_any_length, prints_the_text_exactly,
//!   reports_a_text_that_is_cut, reports_bytes_that_are_not_text,
//!   takes_the_longest_reply

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client whose buffer is the longest reply (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    // ANCHOR: bug
    let length = read_length(&mut conversation)?;
    let mut buffer = [0; 4096];
    let text = &mut buffer[..length.min(4096)];
    conversation.read_exact(text).explain("the text was cut off")?;
    // ANCHOR_END: bug
    say!("{}", decode(text.to_vec())?)
}
