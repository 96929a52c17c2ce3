//! The conversation runs in the accept loop.
//!
//! While one client says nothing, all others wait.
//!
//! Instead of: lesson04
//! Fails: serves_clients_at_the_same_time, survives_a_reset,
//!   closes_on_bytes_that_are_not_text, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_in_time, stops_on_sigterm, stops_when_it_is_full

mod shared;

use std::process::ExitCode;

use common::exit;

use shared::converse::converse;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(run_with(args::parse(), |client| client.close(converse(&client))))
    // ANCHOR_END: bug
}
