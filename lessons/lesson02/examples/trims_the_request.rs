//! The text is trimmed before it's sent back.
//!
//! Blanks and ends of line belong to a text, and its sender may need them.
//!
//! Instead of: exercise02
//! Fails: answers_any_text, reads_the_whole_request, serves_the_next_client

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        text: |request| Ok(shared::text(request)?.trim_ascii().to_vec()),
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that trims", server))
}
