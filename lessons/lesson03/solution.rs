//! Exercise 3, one good answer: a server that can be restarted right away.
//!
//! A second run on the same port fails while the first one listens.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Arguments, Explain, Failure, cannot_listen, complain, exit, say, why};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that can be restarted at once")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = arguments.address;
    // If another program holds the port, the user has to decide what to do.
    let listener = listen(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        // An error with one client is reported, and the next client is served.
        match listener.accept() {
            Ok((connection, client)) => {
                lesson02::serve(&connection, client, arguments.time_limit)
                    .unwrap_or_else(|failure| complain(&failure));
            }
            Err(error) => {
                complain(&Failure::new("cannot accept a client", why(&error)));
                // Without a descriptor, the next try would fail right away.
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // In every run and before `bind`: it looks at the option of this socket and of each
    // connection that an earlier run left on the port. Those inherited their listener's.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
