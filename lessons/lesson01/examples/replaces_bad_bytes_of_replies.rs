//! The text is decoded with `from_utf8_lossy` (C9).
//!
//! Bytes that aren't UTF-8 are silently replaced, and the exit code says that all went
//! well.
//!
//! Instead of: exercise01
//! Fails: reports_bytes_that_are_not_text, reports_forbidden_forms,
//!   reports_half_a_character_at_the_end, has_errors_and_limits_in_ipv6

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that decodes a frame with losses (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    say!("{}", String::from_utf8_lossy(&reply))
    // ANCHOR_END: bug
}
