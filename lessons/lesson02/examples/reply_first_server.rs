//! The server replies to the first chunk, finishes sending, and reads the rest.
//!
//! Every client that goes on gets its reply. One that says nothing, or never stops, holds
//! the server forever (C11) or fills its memory.
//!
//! Instead of: lesson02
//! Fails: reports_an_empty_message, bounds_the_message, gives_up_on_a_silent_client,
//!   gives_up_on_a_slow_sender
//! Judged only on these.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};

use common::{Arguments, REPLY};

// ANCHOR: server
fn main() -> Result<(), Box<dyn Error>> {
    let address = Arguments::parse("A server that replies to the first chunk").address;
    // socket, bind and listen in one call.
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);

    // ANCHOR: talk
    // The second socket: the connection with this client.
    let (mut connection, client) = listener.accept()?;
    println!("{client} connected");

    let mut message = vec![0; 1024];
    let count = connection.read(&mut message)?;
    message.truncate(count);
    connection.write_all(REPLY.as_bytes())?;
    // Close the sending side: the client knows that the reply is whole.
    connection.shutdown(Shutdown::Write)?;
    // Read on until the client finishes sending: nothing may be unread at the close.
    connection.read_to_end(&mut message)?;

    println!("{client} sent {:?}", String::from_utf8(message)?);
    // ANCHOR_END: talk
    Ok(())
}
// ANCHOR_END: server
