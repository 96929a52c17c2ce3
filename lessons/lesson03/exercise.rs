// NOT STARTED: delete this line to be graded
//! Exercise 3: a server that can be restarted right away, and that never runs twice at
//! the same time.
//!
//! The assignment is the header of tests/lesson03/exercise.rs; `cargo test -p lesson03
//! exercise` grades this.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, complain, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that can be restarted right away")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    // TODO(you): when the port is taken, the error must tell the user which address could
    // not be had.
    let listener = listen(arguments.address).explain("cannot listen")?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        // Lesson 2's conversation: it replies, closes its sending side, and only then
        // waits for the client's end.
        if let Err(failure) = lesson02::serve(&connection, client, arguments.time_limit) {
            complain(&failure);
        }
    }
}

/// TODO(you): a run that comes right after another must get the same port, whatever
/// connections the other one has left. While the other one still listens, it must not.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
