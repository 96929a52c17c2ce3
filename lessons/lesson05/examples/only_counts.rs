//! As many bytes came back as were sent. Whether they are the same, nobody looked. All but `receive` is the
//! solution's.
//!
//! Instead of: exercise05
//! Fails: notices_bytes_out_of_place

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

/// Counts what comes.
fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    loop {
        let broke_off = format!("the echo broke off after {received} of {length} bytes");
        match receiver.read(&mut chunk).explain(&broke_off)? {
            0 if received == length => return Ok(()),
            0 => return Err(Failure::new(broke_off, "the server ended its side")),
            count if received + count > length => {
                let why = format!("more than the {length} bytes that were sent");
                return Err(Failure::new("the echo does not end", why));
            }
            // BUG: the number of bytes says nothing about the bytes.
            count => received += count,
        }
    }
}
