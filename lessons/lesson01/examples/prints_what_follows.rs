//! All bytes that have come are printed, also those behind the frame.
//!
//! The loop ends when enough bytes have come, and there may be more than enough.
//!
//! Instead of: exercise01
//! Fails: stops_after_the_frame, reports_half_a_character_at_the_end,
//!   has_errors_and_limits_in_ipv6

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that prints what follows the frame")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let length = read_length(&mut conversation)?;
    let (mut text, mut chunk) = (Vec::new(), [0; 1024]);
    // ANCHOR: bug
    while text.len() < length {
        let count = conversation.read(&mut chunk).explain("the reply broke off")?;
        if count == 0 {
            return Err(Failure::new("the reply broke off", "bytes are missing"));
        }
        text.extend_from_slice(&chunk[..count]);
    }
    // ANCHOR_END: bug
    say!("{}", decode(text)?)
}
