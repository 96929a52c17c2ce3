//! In std, a `TcpListener` has no `read` (C2).
//!
//! Rejected with: E0599

use std::io::Read;
use std::net::TcpListener;

fn main() -> std::io::Result<()> {
    // ANCHOR: bug
    let listener = TcpListener::bind("127.0.0.1:9090")?;
    let (connection, client) = listener.accept()?;
    let mut buffer = [0; 1024];
    let count = listener.read(&mut buffer)?;
    // ANCHOR_END: bug
    println!("{client} sent {count} bytes");
    drop(connection);
    Ok(())
}
