//! The first server of the chapter: it works, as long as the client is friendly.
//!
//! It reads once, replies and closes. What it didn't read turns the close into a reset
//! (S17); it takes the end of the stream for a message (C4), and waits forever (C11).
//!
//! Instead of: lesson02
//! Fails: reads_the_whole_message, delivers_the_whole_reply, reports_an_empty_message,
//!   bounds_the_message, gives_up_on_a_silent_client
//! Judged only on these.

// ANCHOR: server
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;

use common::{Arguments, REPLY};

fn main() -> Result<(), Box<dyn Error>> {
    let address = Arguments::parse("A server for a friendly client").address;
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

    println!("{client} sent {:?}", String::from_utf8(message)?);
    // ANCHOR_END: talk
    Ok(())
}
// ANCHOR_END: server
