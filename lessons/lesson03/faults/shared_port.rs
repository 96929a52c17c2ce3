//! Exercise 3: the other option with REUSE in its name. Every restart works, and so does a second server
//! beside the first.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_listen, complain, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that sets SO_REUSEPORT")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = arguments.address;
    let listener = listen(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
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
    // ANCHOR: bug
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    // ANCHOR_END: bug
    // Windows has no SO_REUSEPORT: there SO_REUSEADDR itself lets a second server in.
    #[cfg(not(unix))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
