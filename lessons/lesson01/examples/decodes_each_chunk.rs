//! Each chunk of the text is decoded by itself (C9).
//!
//! A chunk may stop in the middle of a character. Then decoding fails, although the text
//! as a whole is valid UTF-8.
//!
//! Instead of: exercise01
//! Fails: joins_characters_that_are_cut

mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, exit, say};
use shared::{decode, greet, read_length, time_left};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A client that decodes each chunk of a frame by itself (C9)",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let connection = greet(arguments)?;
    let mut conversation = Limited::new(&connection, time_left(arguments));
    let mut left = read_length(&mut conversation)?;
    let (mut text, mut chunk) = (String::new(), [0; 1024]);
    // ANCHOR: bug
    while left > 0 {
        let most = left.min(chunk.len());
        let count =
            conversation.read(&mut chunk[..most]).explain("the reply broke off")?;
        if count == 0 {
            return Err(Failure::new(
                "the reply broke off",
                format!("{left} bytes are missing"),
            ));
        }
        left -= count;
        text += &decode(chunk[..count].to_vec())?;
    }
    // ANCHOR_END: bug
    say!("{text}")
}
