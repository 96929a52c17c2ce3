//! Of each chunk only the first byte is compared.
//!
//! Everything behind it may be wrong.
//! All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_bytes_out_of_place, notices_a_wrong_byte, notices_a_wrong_end, says_so_at_once

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
    // BUG: one byte of many.
    client::receive_with(receiver, length, |place, chunk| in_place(place, &chunk[..1]))
}
