//! A character may have more bytes than it needs.
//!
//! Each character has one form in UTF-8, the shortest (RFC 3629 §3). Other forms hide what
//! they are from programs that look for it.
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
    exit(run_for_good("A server that takes overlong forms", server))
}

fn text(request: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut looked_at = request.clone();
    // ANCHOR: bug
    for at in 1..looked_at.len() {
        match looked_at[at - 1] {
            0xc0 | 0xc1 => looked_at[at - 1] = 0xc2,
            0xe0 => looked_at[at] |= 0x20,
            _ => {}
        }
    }
    // ANCHOR_END: bug
    shared::text(looked_at).map(|_| request)
}
