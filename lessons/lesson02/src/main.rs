//! Lesson 2: a server for one client, repaired.

use std::net::TcpListener;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_listen, exit, say};

// `main` only turns the outcome into an exit code; what can fail is in `run`.
fn main() -> ExitCode {
    let about = "Serves one client: prints who it is and what it sent, and replies.";
    exit(run(&Arguments::parse(about)))
}

// ANCHOR: run
fn run(arguments: &Arguments) -> Result<(), Failure> {
    // socket, bind and listen in one call. The result is a listener: it can only accept.
    let address = arguments.address;
    let listener = TcpListener::bind(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;

    // accept waits for a client and returns a second socket: the connection with it.
    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    say!("{client} connected")?;

    // The bytes travel on the connection, never on the listener.
    lesson02::serve(&connection, client, arguments.time_limit)
}
// ANCHOR_END: run
