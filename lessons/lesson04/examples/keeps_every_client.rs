//! The server keeps a list of all connections, and never removes one.
//!
//! Each client leaves a descriptor behind.
//!
//! Instead of: exercise04
//! Fails: closes_on_a_line_that_is_too_long, leaves_nothing_behind,
//!   does_the_same_in_ipv6, survives_a_crowd

mod lines;
mod shared;

use std::process::ExitCode;

use common::exit;

use lines::answer_lines;
use shared::server::start_thread;
use shared::*;

fn main() -> ExitCode {
    let mut connections = Vec::new();
    // ANCHOR: bug
    exit(run_with(args::parse(), |client| {
        connections.extend(client.connection.try_clone());
        start_thread(client, answer_lines);
    }))
    // ANCHOR_END: bug
}
