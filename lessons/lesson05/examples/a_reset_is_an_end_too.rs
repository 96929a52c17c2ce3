//! When all of the echo has come, a reset is taken for its end.
//!
//! The server says with a reset that something went wrong, and this program reports
//! success.
//! All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_a_reset_at_the_end, keeps_the_deadline

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
        match receiver.read(&mut chunk) {
            // BUG: only 0 is the end.
            Ok(0) | Err(_) if received == length => return Ok(()),
            Ok(0) => return Err(Failure::new("the echo broke off", "it ended")),
            Err(why) => return Err(why).explain("the echo broke off"),
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
