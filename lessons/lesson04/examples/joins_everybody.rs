//! Exercise 4, wrong: after Ctrl-C the server waits for all its clients, however long they stay.
//!
//! Instead of: exercise04
//! Fails: leaves_nothing_behind, stops_on_ctrl_c, stops_without_descriptors,
//!   finishes_lines_that_have_arrived, stops_in_time, stops_without_delay,
//!   stops_with_the_last_descriptor

use std::process::ExitCode;
use std::thread;

use common::{Failure, exit};
use lesson04::{Settings, accept_clients, answer_lines, open};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that waits for all its clients at the end")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    let mut threads = Vec::new();
    accept_clients(&listener, &clients, |client| {
        threads.push(thread::spawn(move || client.part(answer_lines(&client))));
    });
    drop(listener);
    // ANCHOR: bug
    for thread in threads {
        let _ = thread.join();
    }
    // ANCHOR_END: bug
    clients.see_off();
    Ok(())
}
