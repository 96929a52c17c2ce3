//! The client reads to the end of the stream, and then looks for the frame.
//!
//! A server may keep its side open for the next request, so the end may never come.
//!
//! Instead of: exercise01
//! Fails: takes_an_empty_reply, stops_after_the_frame,
//!   refuses_a_length_that_is_too_large

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{MAX_REPLY, decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that waits for the end of the stream")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let conversation = Limited::new(&connection, time_left(arguments));
    // ANCHOR: bug
    let mut all = Vec::new();
    let most = MAX_REPLY as u64 + 5;
    conversation.take(most).read_to_end(&mut all).explain("the reply broke off")?;
    // ANCHOR_END: bug
    say!("{}", decode(read_frame(&mut &all[..])?)?)
}
