//! The sum of all bytes is compared, at the end.
//!
//! Bytes that change places don't change the sum.
//! All but `receive` is the solution's.
//!
//! Instead of: exercise05
//! Fails: notices_bytes_out_of_place
//! Judged on: notices_an_early_end, notices_bytes_out_of_place, notices_a_wrong_byte,
//!   notices_a_wrong_end, notices_bytes_too_many

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `receive` are this file's own")]
mod solution;

mod client;

use std::io::Read;
use std::process::ExitCode;

use common::{Failure, exit};
use lesson05::fill_from;
use solution::{run, send};

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    let (mut sent, mut received, mut message) = (0, 0, Vec::new());
    client::receive_with(receiver, length, |place, chunk| {
        message.resize(chunk.len(), 0);
        fill_from(place, &mut message);
        sent += sum(&message);
        received += sum(chunk);
        Ok(())
    })?;
    // BUG: many other messages have this sum.
    match sent == received {
        true => Ok(()),
        false => Err(Failure::new("the echo is wrong", "its sum is")),
    }
}
