//! Exercise 4, wrong: a thread for each client, and the accept loop waits for it.
//!
//! Instead of: exercise04
//! Fails: serves_clients_side_by_side, parts_with_bytes_that_are_not_text,
//!   parts_with_a_line_that_is_too_long, survives_a_reset, survives_without_descriptors,
//!   stops_on_ctrl_c, stops_without_descriptors, finishes_lines_that_have_arrived,
//!   stops_in_time

use std::process::ExitCode;
use std::thread;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, answer_lines, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that starts a thread and waits for it")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    // ANCHOR: bug
    accept_clients(&listener, &clients, |client| {
        let thread = thread::spawn(move || client.part(answer_lines(&client)));
        let _ = thread.join();
    });
    // ANCHOR_END: bug
    drop(listener);
    clients.see_off();
    Ok(())
}
