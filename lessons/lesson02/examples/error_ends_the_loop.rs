//! The first client with an error ends the server for all others (C11).
//!
//! Each error is returned with `?`, as it should be. But nothing catches it inside the
//! loop, so the loop ends, and the server with it.
//!
//! Instead of: exercise02
//! Fails: serves_a_hundred_clients, survives_an_empty_request,
//!   survives_bytes_that_are_not_text, survives_a_reset,
//!   refuses_a_request_that_is_too_long, gives_up_on_a_silent_client,
//!   gives_up_on_a_slow_sender, gives_up_on_a_client_that_never_reads, refuses_on_ipv6,
//!   survives_whatever_is_sent, waits_for_descriptors, waits_for_its_stderr,
//!   ends_a_silent_client_in_time

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Explain, Failure, Limited, REPLY, cannot_listen, exit, say};

const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that ends with its first bad client (C11)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        // ANCHOR: bug
        serve(&connection, client, arguments.time_limit)?;
        // ANCHOR_END: bug
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
    let text = String::from_utf8(request).map_err(|why| {
        Failure::new(format!("no text from {client}"), why.utf8_error())
    })?;
    conversation
        .write_all(format!("{REPLY}\n{text}").as_bytes())
        .explain(format!("cannot reply to {client}"))
}
