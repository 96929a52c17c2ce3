// NOT STARTED: delete this line to be graded
//! Exercise 1: a client for replies with their length in front.
//!
//! This is the tutorial's client in Rust. It prints whatever has arrived first, and takes
//! that for the reply. The assignment is at the top of tests/lesson01/exercise.rs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse(
        "Exercise 1: a client for replies with a length in front",
    )))
}

// When this returns a `Failure`, the program prints it as one line on stderr and exits
// with code 1. `explain` makes a `Failure` of a socket call's error, and `?` returns it.
// To make one of your own: `return Err(Failure::new("WHAT", "WHY"));`
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    // TODO(you), in the end: from here on, nothing looks at `arguments.time_limit`. A
    // server must not hold this client longer, whether it's silent or slow.
    connection.write_all(GREETING.as_bytes()).explain("cannot send")?;
    // TODO(you), first: the server can't know that this was the whole message. Tell it.

    // TODO(you): the reply begins with four bytes of length, and this prints them like
    // text. Read them first (`u32::from_be_bytes` makes a number of them), refuse a length
    // that's too large, and then read as many bytes as they announce.
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer).explain("cannot read the reply")?;

    // TODO(you): bytes that aren't UTF-8 are no reply.
    let reply = String::from_utf8_lossy(&buffer[..count]);
    say!("{reply}")
}
