//! The text ends at its first zero, as a string in C does.
//!
//! A zero is a character (U+0000), and more may follow.
//!
//! Instead of: exercise02
//! Fails: reads_the_whole_request, answers_any_text, serves_the_next_client

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        text: |request| {
            Ok(shared::text(request)?
                .split(|byte| *byte == 0)
                .next()
                .unwrap_or_default()
                .to_vec())
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that ends a text at a zero", server))
}
