// NOT STARTED: delete this line to be graded
//! Exercise 4: a server for many clients, where one line is one message.
//!
//! It serves a client that types a line now and then, which is how most people would try
//! it. The top of `tests/lesson04/exercise.rs` says what it has to do for all the others.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, exit, say};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server for many clients, line by line (exercise 4)")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let listener =
        TcpListener::bind(arguments.address).map_err(cannot_listen(arguments.address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    // TODO(you): stop cleanly on Ctrl-C. The crate `ctrlc` calls a function of yours.
    loop {
        // TODO(you): an error of `accept` is not the end of the server.
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        // TODO(you): who waits here, and for whom? What does an error of one client end?
        serve(connection, client)?;
    }
}

fn serve(mut connection: TcpStream, client: SocketAddr) -> Result<(), Failure> {
    let mut buffer = [0; 1024];
    loop {
        // TODO(you): one line is one message, whatever the chunks in which it arrives. A
        // line that is too long, or not UTF-8, ends this client, and no other.
        let count = connection.read(&mut buffer).explain(format!("lost {client}"))?;
        if count == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&buffer[..count]);
        let reply = format!("{REPLY} {text}");
        connection.write_all(reply.as_bytes()).explain(format!("lost {client}"))?;
    }
}
