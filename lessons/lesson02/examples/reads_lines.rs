//! The text is taken apart into lines and put together again.
//!
//! Ends of line with a carriage return lose it, and the last end of line is gone.
//!
//! Instead of: exercise02
//! Fails: reads_the_whole_request, answers_any_text, serves_the_next_client

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { text, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that reads lines", server))
}

fn text(request: Vec<u8>) -> Result<Vec<u8>, String> {
    let text = String::from_utf8(request).map_err(|why| why.to_string())?;
    // ANCHOR: bug
    Ok(text.lines().collect::<Vec<_>>().join("\n").into_bytes())
    // ANCHOR_END: bug
}
