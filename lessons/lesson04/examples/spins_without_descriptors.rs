//! After an error of `accept`, the server calls it again right away.
//!
//! While no descriptor is left, the next call fails right away as well.
//!
//! Instead of: exercise04
//! Fails: survives_without_descriptors, waits_for_descriptors

mod lines;
mod shared;

use std::process::ExitCode;

use common::{Failure, complain, exit};

use lines::answer_lines;
use shared::args::Args;
use shared::server::start_thread;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    while server.wait_for_slot() {
        // ANCHOR: bug
        match listener.accept() {
            Ok((connection, address)) => {
                if let Some(client) = server.admit(connection, address) {
                    start_thread(client, answer_lines);
                }
            }
            Err(why) => complain(&Failure::new("cannot accept a client", why)),
        }
        // ANCHOR_END: bug
    }
    drop(listener);
    server.drain();
    Ok(())
}
