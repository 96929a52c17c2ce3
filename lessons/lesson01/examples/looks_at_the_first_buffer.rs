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
    let rest = String::from_utf8_lossy(rest);
    // ANCHOR_END: bug
    let text = str::from_utf8(start);
    let text = text.map_err(|why| Failure::new("the reply is not text", why))?;
    say!("{text}{rest}")
}
