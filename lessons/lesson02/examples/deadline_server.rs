//! The server has a deadline for the conversation, but a message may have any size.
//!
//! It still ends with errors that only programmers can read.
//!
//! Instead of: lesson02
//! Fails: reports_an_empty_message, bounds_the_message, gives_up_on_a_silent_client
//! Judged only on these.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};

use common::{Arguments, Limited, REPLY};

// ANCHOR: server
fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse("A server with a deadline for the conversation");
    // socket, bind and listen in one call.
    let listener = TcpListener::bind(arguments.address)?;
    println!("listening on {}", listener.local_addr()?);

    // ANCHOR: talk
    // The second socket: the connection with this client.
    let (connection, client) = listener.accept()?;
    println!("{client} connected");
    let mut conversation = Limited::new(&connection, arguments.time_limit);

    let mut message = vec![0; 1024];
    let count = conversation.read(&mut message)?;
    if count == 0 {
        return Err(format!("{client} finished without sending a byte").into());
    }
    message.truncate(count);
    conversation.write_all(REPLY.as_bytes())?;
    // Close the sending side: the client knows that the reply is whole.
    connection.shutdown(Shutdown::Write)?;
    // Read on until the client finishes sending: nothing may be unread at the close.
    conversation.read_to_end(&mut message)?;

    println!("{client} sent {:?}", String::from_utf8(message)?);
    // ANCHOR_END: talk
    Ok(())
}
// ANCHOR_END: server
