//! Exercise 3: the option only where it seems to be needed. The run before this one did not need it,
//! and so has left connections that mind.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_listen, complain, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that sets its option when bind has failed")))
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
    match socket.bind(&address.into()) {
        Err(why) if why.kind() == ErrorKind::AddrInUse => {
            socket.set_reuse_address(true)?;
            socket.bind(&address.into())?;
        }
        outcome => outcome?,
    }
    // ANCHOR_END: bug
    socket.listen(128)?;
    Ok(socket.into())
}
