//! The result of the write is unwrapped (C11).
//!
//! The server has read the whole request and trusts the client to wait for its reply. A
//! client that resets its connection in the middle of the reply takes the whole server
//! down.
//!
//! Instead of: exercise02
//! Fails: survives_a_reset, serves_a_hundred_clients,
//!   gives_up_on_a_client_that_never_reads, ends_a_silent_client_in_time

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say,
};

const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that unwraps what write returns (C11)")))
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
    let text = String::from_utf8(request).map_err(|why| {
        Failure::new(format!("no text from {client}"), why.utf8_error())
    })?;
    // ANCHOR: bug
    conversation.write_all(format!("{REPLY}\n{text}").as_bytes()).unwrap();
    // ANCHOR_END: bug
    Ok(())
}
