//! A byte order mark at the start of a text is dropped.
//!
//! It's a character like any other (U+FEFF), and the client has sent it.
//!
//! Instead of: exercise02
//! Fails: answers_any_text, reads_the_whole_request, serves_the_next_client

mod shared;

use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};

fn main() -> ExitCode {
    let server = Server { text, ..RIGHT };
    exit(run_for_good("A server that drops byte order marks", server))
}

fn text(request: Vec<u8>) -> Result<Vec<u8>, String> {
    let text = shared::text(request)?;
    // ANCHOR: bug
    Ok(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text).to_vec())
    // ANCHOR_END: bug
}
