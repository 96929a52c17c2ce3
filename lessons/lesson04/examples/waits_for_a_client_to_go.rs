//! After an error of `accept`, the server waits until a client has gone.
//!
//! Where descriptors come back in another way, the clients in the queue wait on.
//!
//! Instead of: exercise04
//! Fails: survives_without_descriptors

mod lines;
mod shared;

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use common::{Failure, complain, exit, why};

use lines::answer_lines;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: args::Args) -> Result<(), Failure> {
    let (listener, server) = open(args)?;
    while !server.is_stopping() {
        match listener.accept() {
            Ok((connection, address)) => match server.admit(connection, address) {
                Some(client) => server::start_thread(client, answer_lines),
                None => break,
            },
            Err(error) => {
                complain(&Failure::new("cannot accept a client", why(&error)));
                // ANCHOR: bug
                // Each client shares the server.
                let clients = Arc::strong_count(&server);
                while Arc::strong_count(&server) >= clients && !server.is_stopping() {
                    thread::sleep(Duration::from_millis(20));
                }
                // ANCHOR_END: bug
            }
        }
    }
    drop(listener);
    server.drain();
    Ok(())
}
