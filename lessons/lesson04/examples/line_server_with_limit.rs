//! One line is one message, of a length that's limited. But clients wait in a row.
//!
//! All of them wait for the first, which may say nothing for hours.
//!
//! Instead of: exercise04
//! Fails: serves_clients_at_the_same_time, serves_many_clients
//! Judged only on these.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, REPLY, exit};

fn main() -> ExitCode {
    let arguments = Arguments::parse("A server for lines of 64 KiB at most");
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
/// The longest line, in bytes, without its `\n`.
const MAX_LINE: usize = 64 << 10;

fn serve(connection: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    let mut line = Vec::new();
    loop {
        line.clear();
        // One byte more than the longest line: its `\n`, or the proof that it's too long.
        let room = MAX_LINE as u64 + 1;
        let count = reader.by_ref().take(room).read_until(b'\n', &mut line)?;
        if count == 0 {
            return Ok(());
        }
        if count > MAX_LINE && !line.ends_with(b"\n") {
            return Err(io::Error::other("its line is longer than 64 KiB"));
        }
        answer(connection, &line)?;
    }
}

fn answer(mut connection: &TcpStream, text: &[u8]) -> io::Result<()> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    connection.write_all(&[REPLY.as_bytes(), b" ", text, b"\n"].concat())
}
// ANCHOR_END: serve
