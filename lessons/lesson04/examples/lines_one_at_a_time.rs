//! The conversation runs in the accept loop, so all clients wait for the first.
//!
//! Instead of: exercise04
//! Fails: serves_clients_at_the_same_time, serves_many_clients, does_the_same_in_ipv6,
//!   waits_for_a_slow_reader, closes_on_bytes_that_are_not_text,
//!   closes_on_a_line_that_is_too_long, survives_a_reset,
//!   survives_clients_that_do_not_wait, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_without_descriptors, finishes_lines_that_have_arrived, stops_in_time,
//!   is_not_held_by_a_silent_client, is_not_held_by_a_client_that_never_reads,
//!   survives_without_threads, serves_others_during_a_slow_sender

mod lines;
mod shared;

use std::process::ExitCode;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(run_with(args::parse(), |client| client.close(answer_lines(&client))))
    // ANCHOR_END: bug
}
