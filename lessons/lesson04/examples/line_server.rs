//! One line is one message. But a line may have any length, and clients wait in a row.
//!
//! A client that never sends a `\n` fills the memory, and keeps all others waiting.
//!
//! Instead of: exercise04
//! Fails: serves_clients_at_the_same_time, closes_on_a_line_that_is_too_long,
//!   refuses_a_long_line_that_comes_slowly
//! Judged only on these.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, REPLY, exit};

fn main() -> ExitCode {
    let arguments = Arguments::parse("A server for lines");
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
fn serve(connection: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    let mut line = Vec::new();
    loop {
        line.clear();
        let count = reader.read_until(b'\n', &mut line)?;
        if count == 0 {
            return Ok(());
        }
        answer(connection, &line)?;
    }
}

fn answer(mut connection: &TcpStream, text: &[u8]) -> io::Result<()> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    connection.write_all(&[REPLY.as_bytes(), b" ", text, b"\n"].concat())
}
// ANCHOR_END: serve
