//! When no descriptor is left, `accept` is tried and reported fourteen times a second.
//!
//! Instead of: exercise04
//! Fails: survives_without_descriptors

mod lines;
mod shared;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use common::{Failure, complain, exit, why};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(run(args::parse()))
    // ANCHOR_END: bug
}

fn run(args: args::Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    let mut next = None;
    while !server.is_stopping() {
        match listener.accept() {
            Ok((connection, address)) => match server.admit(connection, address) {
                Some(client) => server::start_thread(client, answer_lines),
                None => break,
            },
            Err(error) => {
                complain(&Failure::new("cannot accept a client", why(&error)));
                // However late this thread is, there are fourteen in a second.
                let next = next.get_or_insert_with(Instant::now);
                *next += Duration::from_millis(70);
                thread::sleep(next.saturating_duration_since(Instant::now()));
            }
        }
    }
    drop(listener);
    server.drain();
    Ok(())
}
