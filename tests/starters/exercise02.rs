// NOT STARTED: delete this line to be graded
//! Exercise 2: a server that serves one client after another, for good.
//!
//! This is the tutorial's server. It compiles, it listens, and it fails on its first
//! client. The assignment is at the top of `tests/lesson02/exercise.rs`.

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server for one client after another (exercise 2)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    // TODO(you): the listener and the connection have the same type here, so it's easy to
    // mix them up. Which types does std have for them?
    let address = arguments.address;
    let mut listener = Socket::new(Domain::for_address(address), Type::STREAM, None)
        .explain("cannot create a socket")?;
    listener.bind(&address.into()).map_err(cannot_listen(address))?;
    listener.listen(128).map_err(cannot_listen(address))?;
    let bound = listener.local_addr().explain("cannot learn the address")?;
    say!("listening on {}", bound.as_socket().expect("an IP socket"))?;

    // TODO(you): when this client is done, serve the next one, even if this one failed.
    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    let client = client.as_socket().expect("an IP socket");

    // TODO(you): read the whole request, from the right socket. Refuse a request that's
    // empty, too long or not text, and don't wait longer than `arguments.time_limit`.
    let mut buffer = [0; 1024];
    let count =
        listener.read(&mut buffer).explain(format!("cannot read from {client}"))?;
    let request = String::from_utf8_lossy(&buffer[..count]);
    say!("{client} sent {request:?}")?;

    // TODO(you): answer with `REPLY`, a newline and the request, then finish sending.
    connection.send(REPLY.as_bytes()).explain(format!("cannot reply to {client}"))?;
    Ok(())
}
