//! Bytes too many are noticed when the stream ends.
//!
//! If its end doesn't come, the client waits for the time limit.
//!
//! Instead of: exercise05
//! Fails: says_so_at_once

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson05::in_place;
use solution::{CHUNK, run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let (mut chunk, mut received) = (vec![0; CHUNK], 0);
    loop {
        match receiver.read(&mut chunk).explain("the echo broke off")? {
            // BUG: more than `length` is known before.
            0 if received == length => return Ok(()),
            0 => return Err(Failure::new("the echo is wrong", "another length")),
            count => {
                let known = count.min(length.saturating_sub(received));
                in_place(received, &chunk[..known])?;
                received += count;
            }
        }
    }
}
