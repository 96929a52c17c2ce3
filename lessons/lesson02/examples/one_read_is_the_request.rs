//! One read is taken for the whole request (C9).
//!
//! The buffer has room for all of it, but a read returns only what has arrived so far.
//! The server answers the first chunk, or refuses it because a character is cut in two.
//!
//! Instead of: exercise02
//! Fails: reads_the_whole_request, answers_a_long_request, answers_a_slow_reader,
//!   serves_the_next_client, serves_a_hundred_clients,
//!   refuses_a_request_that_is_too_long, gives_up_on_a_slow_sender,
//!   gives_up_on_a_client_that_never_reads, answers_requests_cut_anywhere

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say,
};

const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that takes one read for the request (C9)")))
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
    // ANCHOR: bug
    let mut request = vec![0; MAX_REQUEST];
    let count =
        conversation.read(&mut request).explain(format!("cannot read from {client}"))?;
    request.truncate(count);
    // ANCHOR_END: bug
    if request.is_empty() {
        return Err(Failure::new(format!("no request from {client}"), "it sent nothing"));
    }
    let text = String::from_utf8(request).map_err(|why| {
        Failure::new(format!("no text from {client}"), why.utf8_error())
    })?;
    conversation
        .write_all(format!("{REPLY}\n{text}").as_bytes())
        .explain(format!("cannot reply to {client}"))
}
