//! A queue stands between who makes the pieces and who sends them, and nothing bounds it. It takes all of
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
use solution::{PIECE, receive, run};

fn main() -> ExitCode {
    exit(run(send, receive))
}

/// Makes the pieces in a thread of its own, and sends what is in the queue.
fn send(sender: &mut dyn Write, length: usize) -> Result<(), Failure> {
    // BUG: `sync_channel(4)` would make the other thread wait.
    let (queue, pieces) = mpsc::channel();
    thread::spawn(move || {
        for place in (0..length).step_by(PIECE) {
            let mut piece = vec![0; PIECE.min(length - place)];
            fill_from(place, &mut piece);
            if queue.send(piece).is_err() {
                return;
            }
        }
    });
    for piece in pieces {
        sender.write_all(&piece).explain("cannot send")?;
    }
    Ok(())
}
