//! Whatever ends the reading is taken for the end of the echo.
//!
//! The stream may end after half of the echo, or with a reset. This answer reports
//! success in both cases. All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_an_early_end, notices_a_reset, notices_a_reset_at_the_end,
//!   says_so_at_once

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

/// Compares each chunk as it arrives, and keeps none.
fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    // BUG: the end of the stream may come too early, and an error is not an end. Only a
    // timeout is reported here.
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
