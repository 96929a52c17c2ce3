//! The bytes of the echo are counted, but not compared.
//!
//! An echo of the right length passes, even if its bytes are wrong. All but `receive` is
//! the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_bytes_out_of_place, notices_a_wrong_byte, notices_a_wrong_end,
//!   says_so_at_once

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use solution::{CHUNK, run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

/// Counts the bytes that arrive.
fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    loop {
        let broke_off = format!("the echo broke off after {received} of {length} bytes");
        match receiver.read(&mut chunk).explain(&broke_off)? {
            0 if received == length => return Ok(()),
            0 => return Err(Failure::new(broke_off, "the server finished sending")),
            count if received + count > length => {
                let why = format!("more than the {length} bytes that were sent");
                return Err(Failure::new("the echo does not end", why));
            }
            // BUG: the right number of bytes doesn't mean the right bytes.
            count => received += count,
        }
    }
}
