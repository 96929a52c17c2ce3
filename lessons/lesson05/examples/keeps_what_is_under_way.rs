//! What was sent is kept until its echo comes, to compare the two.
//!
//! A server that reads everything first makes the program keep everything. All but the
//! comparison is the solution's.
//!
//! Instead of: exercise05
//! Fails: stays_small
//! Judged only on these.

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main`, `send` and `receive` are this file's own")]
mod solution;

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use common::{Explain, Failure, exit};
use lesson05::fill_from;
use solution::{CHUNK, run};

// BUG: `fill_from` can make each byte again.
static UNDER_WAY: Mutex<VecDeque<u8>> = Mutex::new(VecDeque::new());

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn send(sender: &mut dyn Write, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    for place in (0..length).step_by(CHUNK) {
        let chunk = &mut chunk[..CHUNK.min(length - place)];
        fill_from(place, chunk);
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).extend(&*chunk);
        sender.write_all(chunk).explain("cannot send")?;
    }
    Ok(())
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0;
    loop {
        let count = receiver.read(&mut chunk).explain("the echo broke off")?;
        if count == 0 && received == length {
            return Ok(());
        }
        let mut sent = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        let most = count.min(sent.len());
        if count == 0 || !sent.drain(..most).eq(chunk[..count].iter().copied()) {
            return Err(Failure::new(
                "no whole echo",
                "a byte is wrong, missing or too many",
            ));
        }
        received += count;
    }
}
