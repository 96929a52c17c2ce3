//! Capital letters are as good as small ones.
//!
//! A flipped bit that makes one of the other is no error for it.
//!
//! Instead of: exercise05
//! Fails: notices_a_wrong_byte

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

mod client;

use std::io::Read;
use std::process::ExitCode;

use common::{Failure, exit};
use lesson05::in_place;
use solution::{run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    // BUG: bytes are compared, not words.
    client::receive_with(receiver, length, |place, chunk| {
        in_place(place, &chunk.to_ascii_lowercase())
    })
}
