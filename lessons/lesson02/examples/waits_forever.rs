//! The server has no timeout (C11).
//!
//! A client that connects and then says nothing keeps the server to itself, forever.
//!
//! Instead of: exercise02
//! Fails: gives_up_on_a_silent_client, gives_up_on_a_slow_sender,
//!   gives_up_on_a_client_that_never_reads, ends_a_silent_client_in_time,
//!   refuses_on_ipv6, is_not_held_by_a_silent_client

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, complain, exit, say};

const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that waits forever (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        if let Err(failure) = serve(&connection, client) {
            complain(&failure);
        }
    }
}

fn serve(mut connection: &TcpStream, client: SocketAddr) -> Result<(), Failure> {
    let mut request = Vec::new();
    // ANCHOR: bug
    let mut bounded = connection.take(MAX_REQUEST as u64 + 1);
    bounded.read_to_end(&mut request).explain(format!("cannot read from {client}"))?;
    // ANCHOR_END: bug
    if request.is_empty() {
        return Err(Failure::new(format!("no request from {client}"), "it sent nothing"));
    }
    if request.len() > MAX_REQUEST {
        return Err(Failure::new(
            format!("{client} is refused"),
            "its request is too long",
        ));
    }
    let text = String::from_utf8(request).map_err(|why| {
        Failure::new(format!("no text from {client}"), why.utf8_error())
    })?;
    connection
        .write_all(format!("{REPLY}\n{text}").as_bytes())
        .explain(format!("cannot reply to {client}"))
}
