//! The end of the stream is taken for the end of the reply (C9).
//!
//! The length said that more was to come. When a server is killed, its kernel ends the
//! stream as cleanly as `close` would.
//!
//! Instead of: exercise01
//! Fails: reports_a_text_that_is_cut

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A client that takes a part of the text for the reply (C9)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let length = read_length(&mut conversation)? as u64;
    // ANCHOR: bug
    let mut text = Vec::new();
    conversation.take(length).read_to_end(&mut text).explain("the reply broke off")?;
    // ANCHOR_END: bug
    say!("{}", decode(text)?)
}
