//! An overlong form is refused in two and in three bytes, and taken in four.
//!
//! Instead of: exercise01
//! Fails: reports_forbidden_forms

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that takes an overlong form")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut reply = read_frame(&mut conversation)?;
    // ANCHOR: bug
    while let Some(at) = reply.windows(2).position(|it| it == [0xf0, 0x80]) {
        reply.splice(at..reply.len().min(at + 4), *b"/");
    }
    // ANCHOR_END: bug
    let text = str::from_utf8(&reply);
    let text = text.map_err(|why| Failure::new("the reply is not text", why))?;
    say!("{text}")
}
