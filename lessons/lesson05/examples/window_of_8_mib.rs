//! The sender is never more than 8 MiB ahead of the echo.
//!
//! That keeps the memory small, which TCP does already. A server that reads everything
//! before it answers is waited for forever.
//!
//! Instead of: exercise05
//! Fails: sends_every_byte_once
//! Judged only on these.

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `send` are this file's own")]
mod solution;

mod client;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use common::{Explain, Failure, exit};
use lesson05::{fill_from, in_place};
use solution::{CHUNK, run};

static RECEIVED: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn send(sender: &mut dyn Write, length: usize) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    for place in (0..length).step_by(CHUNK) {
        // BUG: this waits for an echo that may begin only after the last byte.
        while place > RECEIVED.load(Ordering::Relaxed) + (8 << 20) {
            thread::sleep(Duration::from_millis(1));
        }
        let count = CHUNK.min(length - place);
        fill_from(place, &mut chunk[..count]);
        sender.write_all(&chunk[..count]).explain("cannot send")?;
    }
    Ok(())
}

fn receive(receiver: &mut dyn Read, length: usize) -> Result<(), Failure> {
    let outcome = client::receive_with(receiver, length, |place, chunk| {
        RECEIVED.store(place + chunk.len(), Ordering::Relaxed);
        in_place(place, chunk)
    });
    // Where there is no more to come, nothing is to be waited for.
    RECEIVED.store(usize::MAX / 2, Ordering::Relaxed);
    outcome
}
