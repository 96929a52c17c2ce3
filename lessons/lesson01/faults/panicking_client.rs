//! C11: whatever goes wrong ends in a panic, with a message for programmers and exit code 101.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

fn main() {
    // ANCHOR: bug
    let server: SocketAddr = std::env::args().next_back().unwrap().parse().unwrap();
    let mut connection = TcpStream::connect_timeout(&server, Duration::from_secs(10)).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    connection.write_all(common::GREETING.as_bytes()).unwrap();
    let _ = connection.shutdown(Shutdown::Write);
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    // ANCHOR_END: bug
    println!("{reply}");
}
