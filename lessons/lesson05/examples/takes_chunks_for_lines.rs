//! Each chunk is taken to begin with a line.
//!
//! It does as long as the server's chunks are multiples of 64 bytes. TCP promises nothing of
//! the kind.
//! All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: echoes_messages_of_any_length
//! Judged only on these.

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
        // BUG: a chunk may begin in the middle of a line.
        in_place(place.next_multiple_of(64), chunk)
    })
}
