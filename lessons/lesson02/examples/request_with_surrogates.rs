//! Surrogates are taken for characters, three bytes each.
//!
//! They are halves of UTF-16's pairs, and not allowed in UTF-8 (RFC 3629 §3).
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
    exit(run_for_good("A server that takes surrogates", server))
}

fn text(request: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut looked_at = request.clone();
    // ANCHOR: bug
    for at in 1..looked_at.len() {
        if looked_at[at - 1] == 0xed {
            looked_at[at] &= 0x9f;
        }
    }
    // ANCHOR_END: bug
    shared::text(looked_at).map(|_| request)
}
