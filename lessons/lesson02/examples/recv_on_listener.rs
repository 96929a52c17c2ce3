//! The tutorial's server calls `recv` on the listener, not on the connection (C2).
//!
//! With std this doesn't compile (`rejected/recv_on_listener.rs`). One socket type for
//! both roles, as in Python and in socket2, brings the bug back at run time: the read
//! fails, and the client gets no reply.
//!
//! Instead of: lesson02
//! Fails: serves_the_tutorials_client, serves_a_client_that_finishes_sending,
//!   reads_the_whole_message, delivers_the_whole_reply, reports_a_reset,
//!   reports_an_empty_message, reports_bytes_that_are_not_text, bounds_the_message,
//!   gives_up_on_a_silent_client, serves_the_mended_python_client, serves_nc,
//!   serves_socat, runs_again_after_kill
//! Judged only on Unix. On Windows the read fails, too, but Wine lets it wait.

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
