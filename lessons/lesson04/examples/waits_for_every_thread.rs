//! After Ctrl-C, the server waits for all its clients, however long they stay.
//!
//! Instead of: exercise04
//! Fails: leaves_nothing_behind, stops_on_ctrl_c, stops_without_descriptors,
//!   finishes_lines_that_have_arrived, stops_in_time, does_the_same_in_ipv6,
//!   stops_without_delay, stops_with_the_last_descriptor

mod lines;
mod shared;

use std::process::ExitCode;
use std::thread;

use common::{Failure, exit};

use lines::answer_lines;
use shared::args::Args;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    let mut threads = Vec::new();
    accept_clients(&listener, &server, |client| {
        threads.push(thread::spawn(move || client.close(answer_lines(&client))));
    });
    drop(listener);
    // ANCHOR: bug
    for thread in threads {
        let _ = thread.join();
    }
    // ANCHOR_END: bug
    server.drain();
    Ok(())
}
