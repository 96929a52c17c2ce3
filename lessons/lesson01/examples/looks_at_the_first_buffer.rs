//! Only the first 8 KiB are looked at.
//!
//! A bad byte behind them is printed as a replacement character.
//!
//! Instead of: exercise01
//! Fails: reports_bytes_that_are_not_text

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that looks at the start")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    let (start, rest) = reply.split_at(reply.len().min(8 << 10));
    // A buffer may end in the middle of a character.
    if let Err(why) = str::from_utf8(start)
        && (rest.is_empty() || why.error_len().is_some())
    {
        return Err(Failure::new("the reply is not text", why));
    }
    let text = String::from_utf8_lossy(&reply);
    // ANCHOR_END: bug
    say!("{text}")
}
