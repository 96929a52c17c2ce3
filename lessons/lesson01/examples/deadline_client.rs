//! The conversation has a deadline, but the reply may have any size.
//!
//! A server that keeps sending fills the memory of this client's machine.
//!
//! Instead of: lesson01
//! Fails: bounds_the_reply, gives_up_on_a_reply_without_end
//! Judged only on these.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, Limited, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A client with a deadline for the conversation")))
}

// ANCHOR: run
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let limit = arguments.time_limit;
    // socket and connect in one call.
    let connection =
        TcpStream::connect_timeout(&server, limit).map_err(cannot_connect(server))?;
    let mut conversation = Limited::new(&connection, limit);

    // write may take only a part of the bytes; write_all goes on until all are taken.
    conversation.write_all(GREETING.as_bytes()).explain("cannot send")?;
    // Close the sending side: "that was all". After a reset there's nothing left to
    // close; the read below reports that.
    let _ = connection.shutdown(Shutdown::Write);

    // Read until 0 bytes come, and only then decode.
    let mut reply = Vec::new();
    conversation.read_to_end(&mut reply).explain("the reply was cut off")?;
    if reply.is_empty() {
        return Err(Failure::new("no reply", "the server closed without sending a byte"));
    }
    let text = String::from_utf8(reply)
        .map_err(|why| Failure::new("the reply is not text in UTF-8", why))?;
    say!("{text}")
}
// ANCHOR_END: run
