//! A text of 16 MiB and one byte is allowed.
//!
//! It is one byte more than the limit, which the client must refuse before the text
//! comes.
//!
//! Instead of: exercise01
//! Fails: refuses_a_length_that_is_too_large

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{MAX_REPLY, decode, greet, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that allows a byte too much")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut length = [0; 4];
    conversation.read_exact(&mut length).explain("the length was cut off")?;

    let length = u32::from_be_bytes(length) as usize;
    // ANCHOR: bug
    if length > MAX_REPLY + 1 {
        return Err(Failure::new("the reply is refused", format!("{length} bytes")));
    }
    // ANCHOR_END: bug
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
