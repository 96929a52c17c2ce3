//! A client whose bytes aren't text is closed instantly (S17).
//!
//! Whatever else it has sent is unread, so closing sends a reset, and the client may lose
//! its replies.
//!
//! Instead of: lesson04
//! Fails: closes_on_bytes_that_are_not_text, closes_after_its_replies,
//!   does_not_wait_for_its_stderr

mod shared;

use std::process::ExitCode;
use std::thread;

use common::{complain, exit};

use shared::converse::converse;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(run_with(args::parse(), |client| {
        thread::spawn(move || match converse(&client) {
            Err(failure) if !client.server.args.quiet => complain(&failure),
            outcome => client.close(outcome),
        });
    }))
    // ANCHOR_END: bug
}
