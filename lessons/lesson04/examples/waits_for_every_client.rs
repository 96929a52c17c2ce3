//! After Ctrl-C, the server waits for all its clients.
//!
//! It also waits for one that has nothing to say, and for one whose machine is gone.
//!
//! Instead of: lesson04
//! Fails: leaves_nothing_behind, stops_in_time, stops_on_ctrl_c, stops_on_sigterm,
//!   stops_when_it_is_full, stops_without_delay, stops_with_the_last_descriptor

mod shared;

use std::process::ExitCode;
use std::thread;

use common::{Failure, exit};

use shared::args::Args;
use shared::converse::converse;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    let mut threads = Vec::new();
    accept_clients(&listener, &server, |client| {
        threads.push(thread::spawn(move || client.close(converse(&client))));
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
