//! Whatever ends the reading is taken for the end of the echo: the end of the stream after half of it, and
//! a reset too. All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_an_early_end, notices_a_reset

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, Failure, exit, timed_out};
use lesson05::in_place;
use solution::{CHUNK, run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

/// Compares each chunk as it comes, and keeps none.
fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    // BUG: the end of the stream may be early, and an error is no end at all. Only the time counts.
    loop {
        match receiver.read(&mut chunk) {
            Err(why) if timed_out(&why) => return Err(why).explain("no whole echo"),
            Ok(0) | Err(_) => return Ok(()),
            Ok(count) if received + count > length => {
                return Err(Failure::new("the echo does not end", "more than was sent"));
            }
            Ok(count) => {
                in_place(received, &chunk[..count])?;
                received += count;
            }
        }
    }
}
