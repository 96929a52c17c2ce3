//! Success is reported with the last byte, before the end of the stream.
//!
//! If the stream ends with an error, or goes on, the program has said both.
//! All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_bytes_too_many, notices_a_reset_at_the_end, says_so_at_once,
//!   keeps_the_deadline, has_time_by_default

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

mod client;

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, Failure, exit, say};
use lesson05::in_place;
use solution::{run, send};

fn main() -> ExitCode {
    // `run` would say it once more.
    exit(run(send, |receiver, length| {
        receive(receiver, length)?;
        std::process::exit(0)
    }))
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; client::CHUNK];
    let mut received = 0;
    if length == 0 {
        say!("echoed 0 bytes, each in its place")?;
    }
    loop {
        match receiver.read(&mut chunk).explain("the echo broke off")? {
            0 if received == length => return Ok(()),
            0 => return Err(Failure::new("the echo broke off", "it ended")),
            count if received + count > length => {
                return Err(Failure::new("the echo does not end", "more than was sent"));
            }
            count => {
                in_place(received, &chunk[..count])?;
                received += count;
                // BUG: the end is still to come.
                if received == length {
                    say!("echoed {length} bytes, each in its place")?;
                }
            }
        }
    }
}
