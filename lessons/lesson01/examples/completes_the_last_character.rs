//! Half a character at the end is completed with bytes from behind the frame.
//!
//! The frame ends where its length says, even if that's inside a character.
//!
//! Instead of: exercise01
//! Fails: reports_half_a_character_at_the_end, has_errors_and_limits_in_ipv6

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that reads on behind the frame")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    while std::str::from_utf8(&reply).is_err_and(|cut| cut.error_len().is_none()) {
        reply.extend(read_text(&mut conversation, 1)?);
    }
    // ANCHOR_END: bug
    say!("{}", decode(reply)?)
}
