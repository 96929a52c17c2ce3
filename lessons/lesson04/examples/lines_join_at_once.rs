//! The accept loop starts a thread for each client, and waits for it right away.
//!
//! Instead of: exercise04
//! Fails: serves_clients_at_the_same_time, serves_many_clients, does_the_same_in_ipv6,
//!   waits_for_a_slow_reader, closes_on_bytes_that_are_not_text,
//!   closes_on_a_line_that_is_too_long, survives_a_reset,
//!   survives_clients_that_do_not_wait, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_without_descriptors, finishes_lines_that_have_arrived, stops_in_time

mod lines;
mod shared;

use std::process::ExitCode;
use std::thread;

use common::exit;

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(run_with(args::parse(), |client| {
        let thread = thread::spawn(move || client.close(answer_lines(&client)));
        let _ = thread.join();
    }))
    // ANCHOR_END: bug
}
