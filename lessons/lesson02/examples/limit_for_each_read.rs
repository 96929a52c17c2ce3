//! Each read has a timeout, but the conversation has no deadline (C11).
//!
//! A client that sends a byte now and then holds the server forever, because each byte
//! starts the timeout anew. The write has no timeout at all, so a client that never reads
//! its reply holds the server as well.
//!
//! Instead of: exercise02
//! Fails: gives_up_on_a_slow_sender, gives_up_on_a_client_that_never_reads,
//!   ends_a_silent_client_in_time, is_not_held_by_a_client_that_never_reads

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, complain, exit, say};

const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server with a limit for each read (C11)")))
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
    mut connection: &TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    // ANCHOR: bug
    connection.set_read_timeout(Some(limit)).explain("cannot set the limit")?;
    // ANCHOR_END: bug
    let mut request = Vec::new();
    let mut bounded = connection.take(MAX_REQUEST as u64 + 1);
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
    connection
        .write_all(format!("{REPLY}\n{text}").as_bytes())
        .explain(format!("cannot reply to {client}"))
}
