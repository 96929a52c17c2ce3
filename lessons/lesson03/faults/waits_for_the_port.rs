//! Exercise 3: tries again until the port is free. TIME_WAIT takes a minute, another live server for ever,
//! and nobody learns what the server is waiting for.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Arguments, Explain, Failure, cannot_listen, complain, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that waits until its port is free")))
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
    while let Err(why) = socket.bind(&address.into()) {
        if why.kind() != ErrorKind::AddrInUse {
            return Err(why);
        }
        thread::sleep(Duration::from_millis(50));
    }
    // ANCHOR_END: bug
    socket.listen(128)?;
    Ok(socket.into())
}
