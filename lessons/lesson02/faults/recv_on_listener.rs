//! C2: the tutorial's server. It accepts a connection and then calls recv on the *listener*.
//!
//! With std this does not compile (`rejected/recv_on_listener.rs`). One socket type for both roles,
//! as in Python and in socket2, brings the bug back at run time.

use std::io::Read;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that reads from its listener (C2)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = arguments.address;
    let mut listener = Socket::new(Domain::for_address(address), Type::STREAM, None)
        .explain("cannot create a socket")?;
    listener.bind(&address.into()).map_err(cannot_listen(address))?;
    listener.listen(128).map_err(cannot_listen(address))?;
    let bound = listener.local_addr().explain("cannot learn the address")?;
    say!("listening on {}", bound.as_socket().expect("an IP socket"))?;

    // ANCHOR: bug
    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    say!("{} connected", client.as_socket().expect("an IP socket"))?;
    let mut buffer = [0; 1024];
    let count = listener.read(&mut buffer).explain("cannot read from the client")?;
    // ANCHOR_END: bug

    say!("{}", String::from_utf8_lossy(&buffer[..count]))?;
    connection.send(REPLY.as_bytes()).explain("cannot reply")?;
    Ok(())
}
