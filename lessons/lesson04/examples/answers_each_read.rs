//! What one `read` returns is taken for a line.
//!
//! Whether that's half a line, one or three is up to the kernel, and to the moment.
//!
//! Instead of: exercise04
//! Fails: answers_every_line, joins_the_chunks_of_a_line
//! Judged only on these.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, REPLY, exit};

fn main() -> ExitCode {
    let arguments = Arguments::parse("A server that takes one read for one line");
    exit(run(&arguments).explain("cannot serve"))
}

// ANCHOR: accept
fn run(arguments: &Arguments) -> io::Result<()> {
    let listener = TcpListener::bind(arguments.address)?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (connection, client) = listener.accept()?;
        if let Err(why) = serve(&connection) {
            eprintln!("error: lost {client}: {why}");
        }
    }
}
// ANCHOR_END: accept

// ANCHOR: serve
fn serve(mut connection: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        answer(connection, &buffer[..count])?;
    }
}

fn answer(mut connection: &TcpStream, text: &[u8]) -> io::Result<()> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    connection.write_all(&[REPLY.as_bytes(), b" ", text, b"\n"].concat())
}
// ANCHOR_END: serve
