//! Lesson 2: a server for one client, repaired.

mod args;

use std::net::TcpListener;
use std::process::ExitCode;

use args::Args;
use common::{Explain, Failure, cannot_listen, exit, say};

// `main` only turns the outcome into an exit code; what can fail stands in `run`.
fn main() -> ExitCode {
    exit(run(&args::parse()))
}

// ANCHOR: run
fn run(args: &Args) -> Result<(), Failure> {
    // socket, bind and listen in one call. The result is a listener: it can only accept.
    let listener = TcpListener::bind(args.address).map_err(cannot_listen(args.address))?;
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    say!("listening on {address}")?;

    // accept waits for a client and returns a second socket: the connection with that client.
    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    say!("{client} connected")?;

    // The bytes travel on the connection, never on the listener.
    lesson02::serve(&connection, client, args.time_limit)
}
// ANCHOR_END: run
