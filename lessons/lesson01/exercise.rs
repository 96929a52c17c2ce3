// NOT STARTED: delete this line to be graded
//! Exercise 1: a client that gets the whole reply, or says why not.
//!
//! This one is the tutorial's client in Rust. It works as long as the reply is short and
//! the server is kind. The assignment is the header of tests/lesson01/exercise.rs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, GREETING, cannot_connect, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("Exercise 1: a client that gets the whole reply")))
}

// A `Failure` that is returned here becomes a line on stderr and exit code 1; `?` and
// `explain` make one of an error of a socket call.
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let server = arguments.address;
    let mut connection = TcpStream::connect_timeout(&server, arguments.time_limit)
        .map_err(cannot_connect(server))?;

    // TODO(you): from here on nothing looks at `arguments.time_limit`. A server must not
    // hold this client longer, neither by silence nor by sending a byte now and then.
    connection.write_all(GREETING.as_bytes()).explain("cannot send")?;
    // TODO(you): the server cannot know that this was the whole message. Let it know.

    // TODO(you): this takes what has arrived so far for the reply. Get all of it.
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer).explain("cannot read the reply")?;

    // TODO(you): whatever has arrived is printed as if it were a reply. No byte at all is
    // not a reply, and neither is what is not text in UTF-8.
    let reply = String::from_utf8_lossy(&buffer[..count]);
    say!("{reply}")
}
