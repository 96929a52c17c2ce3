//! The comparison ends one byte too early.
//!
//! The last byte of each chunk is never looked at, so that of the echo isn't either.
//! All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_a_wrong_end, says_so_at_once

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
    client::receive_with(receiver, length, |place, chunk| {
        // BUG: `..` with a border that is one too small.
        in_place(place, &chunk[..chunk.len() - 1])
    })
}
