//! All requests but the first are trimmed.
//!
//! Each client's text is its own, whether it comes first or later.
//!
//! Instead of: exercise02
//! Fails: serves_the_next_client
//! Judged only on these.

mod shared;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use common::exit;
use shared::{RIGHT, Server, run_for_good, text};

static HAD_A_CLIENT: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        text: |request| {
            let request = text(request)?;
            match HAD_A_CLIENT.swap(true, Ordering::Relaxed) {
                true => Ok(request.trim_ascii().to_vec()),
                false => Ok(request),
            }
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that trims what comes later", server))
}
