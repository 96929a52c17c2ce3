//! The bytes of the text are printed without a look at them.
//!
//! Whether they are text is left to the terminal.
//!
//! Instead of: exercise01
//! Fails: reports_bytes_that_are_not_text, reports_forbidden_forms,
//!   reports_half_a_character_at_the_end, has_errors_and_limits_in_ipv6

mod shared;

use std::io::Write;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit};
use shared::{greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that does not decode")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    reply.push(b'\n');
    std::io::stdout().write_all(&reply).explain("cannot print")
    // ANCHOR_END: bug
}
