//! The program stops reading as soon as enough bytes have arrived.
//!
//! It never sees the bytes that come after them, so an echo that's too long passes. All
//! but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_bytes_too_many, notices_a_reset_at_the_end, says_so_at_once,
//!   is_idle_before_the_echo, keeps_the_deadline, has_time_by_default

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

/// Compares each chunk as it arrives, and keeps none.
fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    // BUG: the server may send more. Only the end of the stream says that this was all.
    while received < length {
        let broke_off = format!("the echo broke off after {received} of {length} bytes");
        let room = CHUNK.min(length - received);
        match receiver.read(&mut chunk[..room]).explain(&broke_off)? {
            0 => return Err(Failure::new(broke_off, "the server finished sending")),
            count => {
                in_place(received, &chunk[..count])?;
                received += count;
            }
        }
    }
    Ok(())
}
