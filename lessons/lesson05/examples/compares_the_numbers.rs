//! Only the number of each line is compared.
//!
//! A wrong byte in the words behind it passes.
//! All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_a_wrong_byte, notices_a_wrong_end, says_so_at_once

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

mod client;

use std::io::Read;
use std::process::ExitCode;

use common::{Failure, exit};
use lesson05::fill_from;
use solution::{run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut expected = Vec::new();
    client::receive_with(receiver, length, |place, chunk| {
        expected.resize(chunk.len(), 0);
        fill_from(place, &mut expected);
        // BUG: the other 52 bytes of a line are never looked at.
        let first = place.next_multiple_of(64) - place;
        let number = |at: usize| at..chunk.len().min(at + 12);
        let mut lines = (first..chunk.len()).step_by(64);
        match lines.all(|at| chunk[number(at)] == expected[number(at)]) {
            true => Ok(()),
            false => Err(Failure::new("the echo is wrong", "a line has another number")),
        }
    })
}
