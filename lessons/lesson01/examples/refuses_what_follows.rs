//! Bytes behind the frame are an error.
//!
//! They may be the beginning of another reply. This client asked for one, and has it.
//!
//! Instead of: exercise01
//! Fails: stops_after_the_frame

mod shared;

use std::io::BufReader;
use std::process::ExitCode;

use common::{Arguments, Failure, Limited, exit, say};
use shared::{decode, greet, read_frame, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that refuses what follows the frame")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let conversation = Limited::new(&connection, time_left(arguments));
    let mut conversation = BufReader::new(conversation);
    let text = decode(read_frame(&mut conversation)?)?;
    // ANCHOR: bug
    if !conversation.buffer().is_empty() {
        return Err(Failure::new("the reply is refused", "it is longer than its length"));
    }
    // ANCHOR_END: bug
    say!("{text}")
}
