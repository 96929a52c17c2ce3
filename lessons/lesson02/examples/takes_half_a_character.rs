//! A text may end inside a character.
//!
//! While more bytes may come, that's no error. At the end of the request it is.
//!
//! Instead of: exercise02
//! Fails: survives_bytes_that_are_not_text, refuses_on_ipv6

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server { text, ..RIGHT };
    // ANCHOR_END: bug
    exit(run_for_good("A server that takes half a character", server))
}

fn text(request: Vec<u8>) -> Result<Vec<u8>, String> {
    match std::str::from_utf8(&request) {
        // ANCHOR: bug
        Err(why) if why.error_len().is_none() => Ok(request),
        // ANCHOR_END: bug
        Err(why) => Err(why.to_string()),
        Ok(_) => Ok(request),
    }
}
