// NOT STARTED: delete this line to be graded
//! Exercise 1: a client that gets the whole reply, or says why it can't.
//!
//! This is the tutorial's client in Rust. It works as long as the reply is short and the
//! server behaves well. The assignment is at the top of tests/lesson01/exercise.rs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("Exercise 1: a client that gets the whole reply")))
}

// When this returns a `Failure`, the program prints it as one line on stderr and exits
// with code 1. `explain` makes a `Failure` of a socket call's error, and `?` returns it.
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    // TODO(you): from here on, nothing looks at `arguments.time_limit`. A server must not
    // hold this client longer, whether it's silent or sends a byte now and then.
    connection.write_all(GREETING.as_bytes()).explain("cannot send")?;
    // TODO(you): the server can't know that this was the whole message. Tell it.

    // TODO(you): this reads only what has arrived so far. Get the whole reply.
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer).explain("cannot read the reply")?;

    // TODO(you): this prints whatever has arrived as if it were a reply. If no byte has
    // arrived, that's not a reply, and neither are bytes that aren't UTF-8.
    let reply = String::from_utf8_lossy(&buffer[..count]);
    say!("{reply}")
}
