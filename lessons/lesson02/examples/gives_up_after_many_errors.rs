//! After two hundred clients with an error, the server ends.
//!
//! Errors are the clients', and there's no end of clients.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients
//! Judged only on these.

mod shared;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

fn main() -> ExitCode {
    // ANCHOR: bug
    let server = Server {
        report: |client, why| {
            static ERRORS: AtomicUsize = AtomicUsize::new(0);
            (RIGHT.report)(client, why);
            if ERRORS.fetch_add(1, Ordering::Relaxed) == 200 {
                std::process::exit(1);
            }
        },
        ..RIGHT
    };
    // ANCHOR_END: bug
    exit(run_for_good("A server that gives up", server))
}
