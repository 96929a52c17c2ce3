//! No length is too large.
//!
//! The server decides how much the client reads, up to 4 GiB.
//!
//! Instead of: exercise01
//! Fails: refuses_a_length_that_is_too_large

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that believes every length")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut length = [0; 4];
    conversation.read_exact(&mut length).explain("the length was cut off")?;

    // ANCHOR: bug
    let length = u32::from_be_bytes(length);
    let mut text = Vec::new();
    while text.len() < length as usize {
        let more = (length as usize - text.len()).min(1 << 16);
        text.extend(read_text(&mut conversation, more)?);
    }
    // ANCHOR_END: bug
    say!("{}", decode(text)?)
}
