//! An echo server for exercise 5: it sends back what it reads.
//!
//! Its buffers are small, and it reads on only when the last chunk has found room on its
//! way back. So a client that only writes waits, and so does this server.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;

use common::{CommandLine, Explain, Failure, complain, exit, say, tutorial_address, why};
use lesson05::listen;
use socket2::SockRef;

const USAGE: &str = "[ADDRESS:PORT]

  ADDRESS:PORT  Where to listen (default: 127.0.0.1:9090)";

/// How large the buffers are that it asks for, in bytes.
const BUFFER: usize = 128 << 10;

fn main() -> ExitCode {
    let mut address = tutorial_address();
    let mut line = CommandLine::new("Echoes what its clients send, one by one.", USAGE);
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => address = line.address(),
            _ => line.refuse(),
        }
    }
    exit(run(address))
}

fn run(address: SocketAddr) -> Result<(), Failure> {
    let listener = listen(address)?;
    // Each connection inherits its buffers from the listener.
    let buffers = SockRef::from(&listener);
    buffers.set_recv_buffer_size(BUFFER).explain("cannot set a buffer's size")?;
    buffers.set_send_buffer_size(BUFFER).explain("cannot set a buffer's size")?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        say!("{client} connected")?;
        match echo(&connection) {
            Ok(count) => say!("{client}: {count} bytes echoed")?,
            Err(error) => complain(&Failure::new(
                format!("the echo for {client} broke off"),
                why(&error),
            )),
        }
    }
}

// ANCHOR: echo
/// Returns how many bytes it has echoed. It has no time limit, so that you can see a client
/// hang.
fn echo(mut connection: &TcpStream) -> io::Result<usize> {
    let mut chunk = [0; 16 << 10];
    let mut echoed = 0;
    loop {
        match connection.read(&mut chunk)? {
            0 => return Ok(echoed),
            count => {
                connection.write_all(&chunk[..count])?;
                echoed += count;
            }
        }
    }
}
// ANCHOR_END: echo
