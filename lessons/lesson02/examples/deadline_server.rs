//! The server has a deadline and says what went wrong, but a message may have any size.
//!
//! Instead of: lesson02
//! Fails: bounds_the_message
//! Judged only on these.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, Limited, REPLY, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server with a deadline for the conversation")))
}

// ANCHOR: server
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = arguments.address;
    // socket, bind and listen in one call.
    let listener = TcpListener::bind(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;

    // The second socket: the connection with this client.
    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    say!("{client} connected")?;

    let mut conversation = Limited::new(&connection, arguments.time_limit);
    let mut message = vec![0; 1024];
    let count = conversation.read(&mut message).explain("cannot read")?;
    if count == 0 {
        let why = "it finished without sending a byte";
        return Err(Failure::new(format!("no message from {client}"), why));
    }
    message.truncate(count);
    conversation.write_all(REPLY.as_bytes()).explain("cannot reply")?;
    // Close the sending side: the client knows that the reply is whole.
    let _ = connection.shutdown(Shutdown::Write);
    // Read on until the client finishes sending: nothing may be unread at the close.
    conversation.read_to_end(&mut message).explain("cannot read to the end")?;

    let text = String::from_utf8(message)
        .map_err(|why| Failure::new("the message is not text in UTF-8", why))?;
    say!("{client} sent {text:?}")
}
// ANCHOR_END: server
