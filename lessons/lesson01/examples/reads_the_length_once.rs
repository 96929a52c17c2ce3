//! One read is taken for the whole length (C9).
//!
//! Even four bytes can come in several chunks. This client takes the bytes that are
//! missing for zeros.
//!
//! Instead of: exercise01
//! Fails: waits_for_the_whole_reply, reports_a_length_that_is_cut,
//!   reports_a_reply_that_breaks_off, does_not_give_up_early

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, read_text, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that reads the length with one call (C9)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut length = [0; 4];
    // ANCHOR: bug
    if conversation.read(&mut length).explain("no length came")? == 0 {
        return Err(Failure::new("no reply", "the stream ended"));
    }
    // ANCHOR_END: bug
    let length = read_length(&mut &length[..])?;
    say!("{}", decode(read_text(&mut conversation, length)?)?)
}
