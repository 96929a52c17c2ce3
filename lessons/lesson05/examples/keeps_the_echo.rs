//! The whole echo is kept in memory before it's compared.
//!
//! So the program's memory grows with the length of the message. All but `receive` is the
//! solution's.
//!
//! Instead of: exercise05
//! Fails: says_so_at_once, stays_small

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

/// Collects the whole echo, then compares it.
fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut echo = Vec::new();
    loop {
        let received = echo.len();
        let broke_off = format!("the echo broke off after {received} of {length} bytes");
        match receiver.read(&mut chunk).explain(&broke_off)? {
            0 if received == length => return in_place(0, &echo),
            0 => return Err(Failure::new(broke_off, "the server finished sending")),
            count if received + count > length => {
                let why = format!("more than the {length} bytes that were sent");
                return Err(Failure::new("the echo does not end", why));
            }
            // BUG: this keeps every chunk. Comparing them one by one needs only the last.
            count => echo.extend_from_slice(&chunk[..count]),
        }
    }
}
