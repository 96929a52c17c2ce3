//! The server closes the connection after one read (S17).
//!
//! It reads once, replies and closes. If the client has sent more than that, the unread
//! bytes turn the close into a reset, and the client may lose the reply (RFC 9112 §9.6).
//!
//! Instead of: lesson02
//! Fails: reads_the_whole_message, delivers_the_whole_reply, bounds_the_message

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, REPLY, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that closes with unread input (S17)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    let (connection, client) = listener.accept().explain("cannot accept a client")?;

    let mut conversation = Limited::new(&connection, arguments.time_limit);
    let mut first = [0; 1024];
    let count = conversation.read(&mut first).explain("cannot read")?;
    if count == 0 {
        return Err(Failure::new(format!("no message from {client}"), "it sent nothing"));
    }
    // ANCHOR: bug
    conversation.write_all(REPLY.as_bytes()).explain("cannot reply")?;
    // Close. The reply is in flight, and what the client sent beyond one read is unread.
    drop(connection);
    // ANCHOR_END: bug
    let text = std::str::from_utf8(&first[..count])
        .map_err(|why| Failure::new("the message is not UTF-8", why))?;
    say!("{client} sent {text:?}")
}
