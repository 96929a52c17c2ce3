//! The client reads at least once after the length, even if the length is 0.
//!
//! Then there's nothing to read, and the server may keep its side open.
//!
//! Instead of: exercise01
//! Fails: takes_an_empty_reply

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that waits for a text of no bytes")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut left = read_length(&mut conversation)?;
    let (mut text, mut chunk) = (Vec::new(), [0; 1024]);
    // ANCHOR: bug
    loop {
        let most = left.clamp(1, chunk.len());
        let count =
            conversation.read(&mut chunk[..most]).explain("the reply broke off")?;
        text.extend_from_slice(&chunk[..count.min(left)]);
        left -= count.min(left);
        if left == 0 {
            break;
        }
        if count == 0 {
            return Err(Failure::new(
                "the reply broke off",
                format!("{left} bytes are missing"),
            ));
        }
    }
    // ANCHOR_END: bug
    say!("{}", decode(text)?)
}
