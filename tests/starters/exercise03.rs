// NOT STARTED: delete this line to be graded
//! Exercise 3: a server that can be restarted right away, but never runs twice at once.
//!
//! The assignment is at the top of tests/lesson03/exercise.rs. To grade this program, run
//! `cargo test -p lesson03 exercise`.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, complain, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that can be restarted at once")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    // TODO(you): if the port is taken, the error must tell the user which address it was.
    let listener = listen(arguments.address).explain("cannot listen")?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        // Lesson 2's conversation: the server replies and finishes sending. Only then
        // does it wait for the client's end.
        if let Err(failure) = lesson02::serve(&connection, client, arguments.time_limit) {
            complain(&failure);
        }
    }
}

/// TODO(you): a run that starts right after another has ended must get the same port,
/// whatever connections that one left behind. While the other run listens, it must fail.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
