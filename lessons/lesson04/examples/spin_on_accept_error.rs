//! After an error of `accept`, the server calls it again right away.
//!
//! While no descriptor is left, the next call fails right away as well. The server keeps
//! a processor busy, and fills its log with one line.
//!
//! Instead of: lesson04
//! Fails: survives_without_descriptors, waits_for_descriptors

mod shared;

use std::process::ExitCode;

use common::{Failure, complain, exit};

use shared::args::Args;
use shared::converse::converse;
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
                    start_thread(client, converse);
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
