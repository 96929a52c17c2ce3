//! A large length is taken for a negative one, and so for an empty reply.
//!
//! The first bit of the four bytes isn't a sign.
//!
//! Instead of: exercise01
//! Fails: refuses_a_length_that_is_too_large

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{MAX_REPLY, decode, greet, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client whose length has a sign")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut length = [0; 4];
    conversation.read_exact(&mut length).explain("the length was cut off")?;

    // ANCHOR: bug
    let length = usize::try_from(i32::from_be_bytes(length)).unwrap_or(0);
    // ANCHOR_END: bug
    if length > MAX_REPLY {
        return Err(Failure::new("the reply is refused", format!("{length} bytes")));
    }
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
