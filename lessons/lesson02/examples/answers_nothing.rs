//! An empty request is answered (C4).
//!
//! The client's stream ended before it had sent a byte. That isn't an empty text; it's no
//! request at all, and should be refused.
//!
//! Instead of: exercise02
//! Fails: survives_an_empty_request, refuses_on_ipv6

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say,
};

const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that answers an empty request (C4)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        if let Err(failure) = serve(&connection, client, arguments.time_limit) {
            complain(&failure);
        }
    }
}

fn serve(
    connection: &TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let mut conversation = Limited::new(connection, limit);
    let mut request = Vec::new();
    let mut bounded = (&mut conversation).take(MAX_REQUEST as u64 + 1);
    bounded.read_to_end(&mut request).explain(format!("cannot read from {client}"))?;
    if request.len() > MAX_REQUEST {
        return Err(Failure::new(
            format!("{client} is refused"),
            "its request is too long",
        ));
    }
    let text = String::from_utf8(request).map_err(|why| {
        Failure::new(format!("no text from {client}"), why.utf8_error())
    })?;
    conversation
        .write_all(format!("{REPLY}\n{text}").as_bytes())
        .explain(format!("cannot reply to {client}"))
}
