//! The accept loop starts a thread for each client, and waits for it right away.
//!
//! The other clients wait as well, so the thread is of no use.
//!
//! Instead of: lesson04
//! Fails: serves_clients_at_the_same_time, survives_a_reset,
//!   closes_on_bytes_that_are_not_text, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_in_time, stops_on_sigterm, stops_when_it_is_full

mod shared;

use std::process::ExitCode;
use std::thread;

use common::exit;

use shared::converse::converse;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(run_with(args::parse(), |client| {
        let thread = thread::spawn(move || client.close(converse(&client)));
        let _ = thread.join();
    }))
    // ANCHOR_END: bug
}
