//! One buffer is made for all clients, and nothing empties it between them.
//!
//! The first client is answered well. Each one after it gets the requests of all before it
//! as well.
//!
//! Instead of: exercise02
//! Fails: serves_the_next_client, survives_bytes_that_are_not_text, survives_a_reset,
//!   refuses_a_request_that_is_too_long, serves_a_hundred_clients,
//!   gives_up_on_a_slow_sender, gives_up_on_a_client_that_never_reads, refuses_on_ipv6

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say, why,
};

/// The longest request, in bytes. A client must not be able to fill the server's memory.
const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that keeps its buffer")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    // ANCHOR: bug
    // Made once, so that not every client costs an allocation.
    let mut request = Vec::new();
    // ANCHOR_END: bug
    loop {
        match listener.accept() {
            // An error with one client is reported, and the next client is served.
            Ok((connection, client)) => {
                serve(&connection, client, arguments.time_limit, &mut request)
                    .unwrap_or_else(|it| complain(&it));
            }
            Err(error) => {
                complain(&Failure::new("cannot accept a client", why(&error)));
                // Some errors last for a while, such as a lack of descriptors. Without a
                // pause, this loop would keep a processor busy.
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn serve(
    connection: &TcpStream,
    client: SocketAddr,
    limit: Duration,
    request: &mut Vec<u8>,
) -> Result<(), Failure> {
    // One deadline for all reads and writes: no client can stretch it byte by byte.
    let mut conversation = Limited::new(connection, limit);

    // The request ends where the client's stream ends. One byte more than the limit shows
    // whether the request is too long.
    let mut bounded = (&mut conversation).take(MAX_REQUEST as u64 + 1);
    bounded.read_to_end(request).explain(format!("cannot read from {client}"))?;
    if request.is_empty() {
        let why = "it finished without sending a byte";
        return Err(Failure::new(format!("no request from {client}"), why));
    }
    if request.len() > MAX_REQUEST {
        let why = format!("it is longer than {MAX_REQUEST} bytes");
        return Err(Failure::new(format!("the request of {client} is refused"), why));
    }
    let request = std::str::from_utf8(request).map_err(|why| {
        Failure::new(format!("the request of {client} is not text in UTF-8"), why)
    })?;

    let reply = format!("{REPLY}\n{request}");
    conversation
        .write_all(reply.as_bytes())
        .explain(format!("cannot reply to {client}"))?;
    // All input is read, so the client gets the whole reply and a clean end.
    connection
        .shutdown(Shutdown::Write)
        .explain(format!("cannot end the reply to {client}"))
}
