//! After a reset, the client asks once more.
//!
//! It can't know what the server has already done with the first message. Whether to ask
//! again is for the caller to say.
//!
//! Instead of: exercise01
//! Fails: reports_a_reply_that_breaks_off
//! Judged only on these.

mod shared;

use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that asks again after a reset")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    // ANCHOR: bug
    let reply = ask(arguments).or_else(|_| ask(arguments))?;
    // ANCHOR_END: bug
    say!("{}", decode(reply)?)
}

fn ask(arguments: &Arguments) -> Result<Vec<u8>, Failure> {
    let connection = greet(arguments)?;
    read_frame(&mut Limited::new(&connection, time_left(arguments)))
}
