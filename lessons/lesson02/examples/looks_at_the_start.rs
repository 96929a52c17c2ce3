//! Only the first 64 KiB of a request are looked at.
//!
//! What follows may be anything.
//!
//! Instead of: exercise02
//! Fails: survives_bytes_that_are_not_text

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { text, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that looks at the start", server))
}

fn text(request: Vec<u8>) -> Result<Vec<u8>, String> {
    // ANCHOR: bug
    let start = &request[..request.len().min(65_535)];
    match std::str::from_utf8(start) {
        Err(why) if why.error_len().is_some() || start.len() == request.len() => {
            Err(why.to_string())
        }
        _ => Ok(request),
    }
    // ANCHOR_END: bug
}
