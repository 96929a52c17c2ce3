//! Lesson 3: lesson 2's server on a port that a second run can have at once.

mod args;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use args::{Args, Command};
use common::{Explain, Failure, cannot_listen, exit, say};
use lesson03::{matrix, table};
use socket2::{Domain, Protocol, Socket, Type};

// `main` only turns the outcome into an exit code; what can fail stands in `run`.
fn main() -> ExitCode {
    exit(run(&args::parse()))
}

fn run(args: &Args) -> Result<(), Failure> {
    match args.command {
        None => serve(args),
        Some(Command::Matrix { address }) => {
            table::print(address, |setup| matrix::measure(listen, setup))
        }
    }
}

// ANCHOR: listen
/// The calls that std's `TcpListener::bind` makes in one, with the option as a choice.
fn listen(address: SocketAddr, reuse: bool, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Before bind, since bind is the call that asks for it: may this port be shared with the
    // connections that an earlier run has left behind? Only if those had the option set as well.
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    // From here on the socket can only accept. std has a type for that.
    Ok(socket.into())
}
// ANCHOR_END: listen

// ANCHOR: serve
fn serve(args: &Args) -> Result<(), Failure> {
    let listener = listen(args.address, !args.without_reuse, args.backlog)
        .map_err(cannot_listen(args.address))?;
    let address = listener.local_addr().explain("cannot learn the listener's address")?;
    say!("listening on {address}")?;

    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    say!("{client} connected")?;
    // The connection has inherited the option, and will still have it in TIME_WAIT.
    lesson02::serve(&connection, client, args.time_limit)
}
// ANCHOR_END: serve
