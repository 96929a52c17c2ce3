//! C5: the thread gets an address and a connection, and takes them the other way round.
//!
//! Rejected with: E0308

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:9090")?;
    loop {
        // ANCHOR: bug
        let (connection, client) = listener.accept()?;
        thread::spawn(move || serve(client, connection));
        // ANCHOR_END: bug
    }
}

fn serve(mut connection: TcpStream, client: SocketAddr) -> std::io::Result<()> {
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer)?;
    println!("{client} sent {count} bytes");
    connection.write_all(b"reply")
}
