//! The queue between the two threads of the sender has no limit.
//!
//! One thread makes the chunks, another sends them. The first fills the queue with the
//! whole message, however slowly the server reads, because flow control never reaches it.
//! All but `send` is the solution's.
//!
//! Instead of: exercise05
//! Fails: stays_small

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `send` are this file's own")]
mod solution;

use std::io::Write;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use common::{Explain, Failure, exit};
use lesson05::fill_from;
use solution::{CHUNK, receive, run};

fn main() -> ExitCode {
    exit(run(send, receive))
}

/// Makes the chunks in another thread, and sends them from a queue.
fn send(sender: &mut dyn Write, length: usize) -> Result<(), Failure> {
    // BUG: this queue has no limit. With `sync_channel(4)`, the other thread would wait.
    let (queue, chunks) = mpsc::channel();
    thread::spawn(move || {
        for place in (0..length).step_by(CHUNK) {
            let mut chunk = vec![0; CHUNK.min(length - place)];
            fill_from(place, &mut chunk);
            if queue.send(chunk).is_err() {
                return;
            }
        }
    });
    for chunk in chunks {
        sender.write_all(&chunk).explain("cannot send")?;
    }
    Ok(())
}
