//! A queue stands between who makes the chunks and who sends them, and nothing bounds it. It takes all of
//! the message at once, whatever the server reads: no flow control reaches the one who fills it. All but
//! `send` is the solution's.
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

/// Makes the chunks in a thread of its own, and sends what is in the queue.
fn send(sender: &mut dyn Write, length: usize) -> Result<(), Failure> {
    // BUG: `sync_channel(4)` would make the other thread wait.
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
