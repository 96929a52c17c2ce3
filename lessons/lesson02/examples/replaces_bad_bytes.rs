//! The request is decoded with `from_utf8_lossy` (C9).
//!
//! Decoding never fails, so the client gets an answer to a text that it didn't send.
//!
//! Instead of: exercise02
//! Fails: survives_bytes_that_are_not_text, refuses_on_ipv6

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say,
};

const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that decodes with losses (C9)")))
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
    if request.is_empty() {
        return Err(Failure::new(format!("no request from {client}"), "it sent nothing"));
    }
    if request.len() > MAX_REQUEST {
        return Err(Failure::new(
            format!("{client} is refused"),
            "its request is too long",
        ));
    }
    // ANCHOR: bug
    let text = String::from_utf8_lossy(&request);
    // ANCHOR_END: bug
    conversation
        .write_all(format!("{REPLY}\n{text}").as_bytes())
        .explain(format!("cannot reply to {client}"))
}
