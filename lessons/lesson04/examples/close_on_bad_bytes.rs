//! A client whose bytes aren't text is closed instantly (S17).
//!
//! Whatever else it has sent is unread, so closing sends a reset, and the client may lose
//! its replies.
//!
//! Instead of: lesson04
//! Fails: parts_with_bytes_that_are_not_text, parts_when_replies_have_arrived,
//!   does_not_wait_for_who_reads_its_errors

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
