//! The server reads the whole message before it replies.
//!
//! A client that waits for the reply before it finishes sending, as the tutorial's does,
//! waits forever, and so does the server.
//!
//! Instead of: lesson02
//! Fails: serves_the_tutorials_client, gives_up_on_a_silent_client,
//!   serves_the_mended_python_client
//! Judged only on these.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;

use common::{Arguments, REPLY};

// ANCHOR: server
fn main() -> Result<(), Box<dyn Error>> {
    let address = Arguments::parse("A server that reads all before it replies").address;
    // socket, bind and listen in one call.
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);

    // ANCHOR: talk
    // The second socket: the connection with this client.
    let (mut connection, client) = listener.accept()?;
    println!("{client} connected");

    let mut message = Vec::new();
    connection.read_to_end(&mut message)?;
    connection.write_all(REPLY.as_bytes())?;

    println!("{client} sent {:?}", String::from_utf8(message)?);
    // ANCHOR_END: talk
    Ok(())
}
// ANCHOR_END: server
