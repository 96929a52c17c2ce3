//! The conversation runs in the accept loop.
//!
//! While one client says nothing, all others wait.
//!
//! Instead of: lesson04
//! Fails: serves_clients_side_by_side, survives_a_reset,
//!   parts_with_bytes_that_are_not_text, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_in_time, stops_when_told_to_end, stops_a_full_house

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
