//! C7: the connection is closed inside the loop that reads from it.
//!
//! Rejected with: E0382

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:9090")?;
    let (connection, client) = listener.accept()?;
    println!("{client} connected");
    serve(connection)
}

// ANCHOR: bug
fn serve(mut connection: TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        connection.write_all(b"reply")?;
        drop(connection);
    }
}
// ANCHOR_END: bug
