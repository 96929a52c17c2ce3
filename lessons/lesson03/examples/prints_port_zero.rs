//! The server prints the address it was given, not the one it listens on.
//!
//! With port 0 these differ: the kernel chose the real port, and no client can find it.
//!
//! Instead of: exercise03
//! Fails: says_where_it_listens, serves_one_after_another, never_listens_twice,
//!   restarts_after_closing_first, restarts_after_a_kill, restarts_three_times

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_listen, complain, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that prints what it was told")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = arguments.address;
    let listener = listen(address).map_err(cannot_listen(address))?;
    // ANCHOR: bug
    say!("listening on {address}")?;
    // ANCHOR_END: bug
    serve(arguments, &listener)
}

fn serve(arguments: &Arguments, listener: &TcpListener) -> Result<(), Failure> {
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        if let Err(failure) = lesson02::serve(&connection, client, arguments.time_limit) {
            complain(&failure);
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
