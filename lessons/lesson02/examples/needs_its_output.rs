//! A line that can't be printed costs the clients their replies.
//!
//! The server prints a line about each request before it replies, and `?` returns the
//! error of that line. So if no program reads standard output any more, no client gets a
//! reply. And `eprintln!` panics if no program reads standard error, so the first client
//! with an error ends the server.
//!
//! Instead of: exercise02
//! Fails: does_without_its_output, does_without_its_errors, does_not_wait_for_its_output
//! Judged only on these.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{
    Arguments, Explain, Failure, Limited, REPLY, cannot_listen, complain, exit, say, why,
};

/// The longest request, in bytes.
const MAX_REQUEST: usize = 1 << 20;

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "A server that needs its standard output and standard error",
    )))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        match listener.accept() {
            Ok((connection, client)) => {
                if let Err(failure) = serve(&connection, client, arguments.time_limit) {
                    // ANCHOR: bug
                    eprintln!("{failure}");
                    // ANCHOR_END: bug
                }
            }
            Err(error) => {
                complain(&Failure::new("cannot accept a client", why(&error)));
                // Without a descriptor, say, the next try would fail right away.
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn serve(
    connection: &TcpStream,
    client: SocketAddr,
    limit: Duration,
) -> Result<(), Failure> {
    let mut conversation = Limited::new(connection, limit);

    // One byte more than the limit shows whether the request is too long.
    let mut request = Vec::new();
    let mut bounded = (&mut conversation).take(MAX_REQUEST as u64 + 1);
    bounded.read_to_end(&mut request).explain(format!("cannot read from {client}"))?;
    if request.is_empty() {
        let why = "it finished without sending a byte";
        return Err(Failure::new(format!("no request from {client}"), why));
    }
    if request.len() > MAX_REQUEST {
        let why = format!("it is longer than {MAX_REQUEST} bytes");
        return Err(Failure::new(format!("the request of {client} is refused"), why));
    }
    let request = String::from_utf8(request).map_err(|why| {
        Failure::new(
            format!("the request of {client} is not text in UTF-8"),
            why.utf8_error(),
        )
    })?;
    say!("{client} sent {} bytes", request.len())?;

    let reply = format!("{REPLY}\n{request}");
    conversation
        .write_all(reply.as_bytes())
        .explain(format!("cannot reply to {client}"))?;
    connection
        .shutdown(Shutdown::Write)
        .explain(format!("cannot end the reply to {client}"))
}
