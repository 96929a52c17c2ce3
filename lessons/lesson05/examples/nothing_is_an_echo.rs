//! An echo of no bytes at all passes.
//!
//! The program asks whether something is missing only if something has come.
//! All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_an_early_end

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

mod client;

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson05::in_place;
use solution::{run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; client::CHUNK];
    let mut received = 0;
    loop {
        match receiver.read(&mut chunk).explain("the echo broke off")? {
            // BUG: nothing is also too little.
            0 if received == length || received == 0 => return Ok(()),
            0 => return Err(Failure::new("the echo broke off", "it ended")),
            count if received + count > length => {
                return Err(Failure::new("the echo does not end", "more than was sent"));
            }
            count => {
                in_place(received, &chunk[..count])?;
                received += count;
            }
        }
    }
}
