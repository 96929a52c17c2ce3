//! The first client with errors that people can read: it still waits forever (C11).
//!
//! Instead of: lesson01
//! Fails: gives_up_connecting, gives_up_on_a_silent_server, gives_up_on_a_slow_server,
//!   bounds_the_reply
//! Judged only on these.

// ANCHOR: client
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client that says what went wrong")))
}

// ANCHOR: run
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    // ANCHOR: start
    // socket and connect in one call.
    let mut connection = TcpStream::connect(server).map_err(cannot_connect(server))?;

    // write may take only a part of the bytes; write_all goes on until all are taken.
    connection.write_all(GREETING.as_bytes()).explain("cannot send")?;
    // ANCHOR_END: start
    // Close the sending side: "that was all". After a reset there's nothing left to
    // close; the read below reports that.
    let _ = connection.shutdown(Shutdown::Write);

    // Read until 0 bytes come, and only then decode.
    let mut reply = Vec::new();
    connection.read_to_end(&mut reply).explain("the reply was cut off")?;
    if reply.is_empty() {
        return Err(Failure::new("no reply", "the server closed without sending a byte"));
    }
    let text = String::from_utf8(reply)
        .map_err(|why| Failure::new("the reply is not text in UTF-8", why))?;
    say!("{text}")
}
// ANCHOR_END: run
// ANCHOR_END: client
