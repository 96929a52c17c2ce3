//! The buffer has capacity, but its length is 0.
//!
//! `read` fills a slice, and the slice of an empty `Vec` is empty. So each read returns 0
//! right away, which looks like the end of the stream (S19).
//!
//! Instead of: exercise02
//! Fails: answers_a_request, reads_the_whole_request, answers_any_text,
//!   answers_a_long_request, answers_a_slow_reader, answers_on_ipv6,
//!   serves_the_next_client, serves_a_hundred_clients, survives_an_empty_request,
//!   survives_bytes_that_are_not_text, survives_a_reset,
//!   refuses_a_request_that_is_too_long, gives_up_on_a_silent_client,
//!   gives_up_on_a_slow_sender, gives_up_on_a_client_that_never_reads, refuses_on_ipv6,
//!   gives_a_client_time

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say,
};

const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that reads into an empty buffer")))
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
    // ANCHOR: bug
    let mut buffer = Vec::with_capacity(1024);
    loop {
        let count = conversation
            .read(&mut buffer)
            .explain(format!("cannot read from {client}"))?;
        if count == 0 || request.len() > MAX_REQUEST {
            break;
        }
        request.extend_from_slice(&buffer[..count]);
    }
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
    conversation
        .write_all(format!("{REPLY}\n{text}").as_bytes())
        .explain(format!("cannot reply to {client}"))
}
