//! The client reads 16 MiB and a byte before it refuses a length.
//!
//! It need not wait for a single byte of such a text.
//!
//! Instead of: exercise01
//! Fails: refuses_a_length_that_is_too_large

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{MAX_REPLY, decode, greet, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that reads first and refuses then")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut length = [0; 4];
    conversation.read_exact(&mut length).explain("the length was cut off")?;

    let length = u32::from_be_bytes(length) as usize;
    // ANCHOR: bug
    let text = read_text(&mut conversation, length.min(MAX_REPLY + 1))?;
    // ANCHOR_END: bug
    if text.len() > MAX_REPLY {
        return Err(Failure::new("the reply is refused", format!("{length} bytes")));
    }
    say!("{}", decode(text)?)
}
