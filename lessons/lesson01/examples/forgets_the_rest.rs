//! Half a character at the end of the text is silently dropped (C9).
//!
//! This client decodes as far as it can, to keep a cut character for the next chunk. At
//! the end of the frame it doesn't check whether something is left, so a text that ends
//! in half a character passes.
//!
//! Instead of: exercise01
//! Fails: reports_half_a_character_at_the_end, has_errors_and_limits_in_ipv6

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that forgets half a character at the end (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    if let Err(cut) = std::str::from_utf8(&reply)
        && cut.error_len().is_none()
    {
        reply.truncate(cut.valid_up_to());
    }
    // ANCHOR_END: bug
    say!("{}", decode(reply)?)
}
