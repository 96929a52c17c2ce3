//! C5: the thread's function takes a connection and an address, and is given an address and a connection.
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
