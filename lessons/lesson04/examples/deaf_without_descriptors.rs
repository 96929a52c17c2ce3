//! After an error of `accept`, the server tries again until there is a client.
//!
//! While no descriptor is left, it doesn't check for Ctrl-C.
//!
//! Instead of: exercise04
//! Fails: stops_without_descriptors

mod lines;
mod shared;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

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
        let (connection, address) = next_client(&listener);
        if let Some(client) = server.admit(connection, address) {
            start_thread(client, answer_lines);
        }
    }
    drop(listener);
    server.drain();
    Ok(())
}

fn next_client(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    // ANCHOR: bug
    loop {
        match listener.accept() {
            Ok(client) => return client,
            Err(why) => complain(&Failure::new("cannot accept a client", why)),
        }
        thread::sleep(Duration::from_millis(100));
    }
    // ANCHOR_END: bug
}
