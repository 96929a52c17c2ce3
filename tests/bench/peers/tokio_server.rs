//! Lesson 4's conversation as tasks of tokio: one thread for each processor, however many the clients.

use std::env;
use std::io;

use common::{Decoder, Encoding, REPLY, TUTORIAL_ADDRESS, say};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = env::args().nth(1).unwrap_or(TUTORIAL_ADDRESS.to_owned());
    let listener = TcpListener::bind(address).await?;
    say!("listening on {}", listener.local_addr()?).expect("stdout is open");
    loop {
        let (connection, _) = listener.accept().await?;
        // A task instead of a thread: while it waits, it is a small struct on the heap.
        tokio::spawn(converse(connection));
    }
}

/// The error that ends a conversation is of no interest here.
async fn converse(mut connection: TcpStream) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut buffer = [0; 1024];
    let mut decoder = Decoder::new(Encoding::Utf8);
    let mut text = String::new();
    loop {
        let count = connection.read(&mut buffer).await?;
        text.clear();
        if count == 0 || decoder.decode_into(&buffer[..count], &mut text).is_err() {
            return Ok(());
        }
        connection.write_all(REPLY.as_bytes()).await?;
    }
}
