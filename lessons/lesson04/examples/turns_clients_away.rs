//! When no descriptor is left, a reserve is used to close the clients in the queue.
//!
//! Instead of: exercise04
//! Fails: survives_without_descriptors
//! Judged only on these.

mod lines;
mod shared;

use std::fs::File;
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

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
    let mut reserve = File::open("/dev/null").ok();
    while !server.is_stopping() {
        match listener.accept() {
            Ok((connection, address)) => match server.admit(connection, address) {
                Some(client) => server::start_thread(client, answer_lines),
                None => break,
            },
            Err(error) => {
                complain(&Failure::new("cannot accept a client", why(&error)));
                reserve = turn_one_away(reserve, &listener);
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
    drop(listener);
    server.drain();
    Ok(())
}

fn turn_one_away(reserve: Option<File>, listener: &TcpListener) -> Option<File> {
    drop(reserve);
    drop(listener.accept());
    File::open("/dev/null").ok()
}
