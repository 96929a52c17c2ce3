//! Exercise 4, wrong: the conversation runs in the accept loop, so everybody waits for the first client.
//!
//! Instead of: exercise04
//! Fails: serves_clients_side_by_side, parts_with_bytes_that_are_not_text,
//!   parts_with_a_line_that_is_too_long, survives_a_reset, survives_without_descriptors,
//!   stops_on_ctrl_c, stops_without_descriptors, finishes_lines_that_have_arrived,
//!   stops_in_time, is_not_held_by_who_says_nothing, is_not_held_by_who_reads_nothing,
//!   survives_a_lack_of_threads, serves_others_while_one_drips

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, answer_lines, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that serves one client after the other")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| client.part(answer_lines(&client)));
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
