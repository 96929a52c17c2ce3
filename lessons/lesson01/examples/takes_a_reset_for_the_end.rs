//! An error while it reads the text is taken for the end of the reply (C11).
//!
//! Whatever has arrived is printed as if it were the whole text.
//!
//! Instead of: exercise01
//! Fails: reports_a_reply_that_breaks_off, gives_up_on_a_silent_server,
//!   gives_up_on_a_slow_server, has_one_deadline, has_errors_and_limits_in_ipv6

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes every error for the end (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut left = read_length(&mut conversation)?;
    let (mut text, mut chunk) = (Vec::new(), [0; 1024]);
    // ANCHOR: bug
    while left > 0 {
        let most = left.min(chunk.len());
        match conversation.read(&mut chunk[..most]) {
            Ok(0) => return Err(Failure::new("the reply broke off", "the stream ended")),
            Ok(count) => {
                text.extend_from_slice(&chunk[..count]);
                left -= count;
            }
            Err(_) => break,
        }
    }
    // ANCHOR_END: bug
    say!("{}", decode(text)?)
}
