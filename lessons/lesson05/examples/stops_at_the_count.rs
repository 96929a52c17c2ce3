//! As soon as enough bytes have come, the echo is taken for complete. What comes after them is not seen. All
//! but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_bytes_too_many

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson05::in_place;
use solution::{PIECE, run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

/// Compares each piece as it comes, and keeps none.
fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut piece = vec![0; PIECE];
    let mut received = 0;
    // BUG: the server may have more to say.
    while received < length {
        let broke_off = format!("the echo broke off after {received} of {length} bytes");
        let room = PIECE.min(length - received);
        match receiver.read(&mut piece[..room]).explain(&broke_off)? {
            0 => return Err(Failure::new(broke_off, "the server ended its side")),
            count => {
                in_place(received, &piece[..count])?;
                received += count;
            }
        }
    }
    Ok(())
}
