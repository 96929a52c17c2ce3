//! Behind its last byte the client waits for a moment before it finishes sending.
//!
//! It hopes that the echo comes first.
//!
//! Instead of: exercise05
//! Fails: echoes_messages_of_any_length

#[path = "../solution.rs"]
#[expect(dead_code, reason = "`main` and `send` are this file's own")]
mod solution;

use std::io::Write;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Failure, exit};
use solution::{receive, run};

fn main() -> ExitCode {
    exit(run(send, receive))
}

fn send(sender: &mut dyn Write, length: usize) -> Result<(), Failure> {
    solution::send(sender, length)?;
    // BUG: nothing is to be waited for here.
    thread::sleep(Duration::from_millis(300));
    Ok(())
}
