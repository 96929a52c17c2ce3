//! Exercise 3, answered: a server that can be restarted right away, and that never runs
//! twice at the same time.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Arguments, Explain, Failure, cannot_listen, complain, exit, say, why};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that can be restarted right away")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = arguments.address;
    // Only the user can free a port that another program holds: say which one, and stop.
    let listener = listen(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        // Report what fails, and serve the next client.
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
    // In every run, and before bind: bind looks at this socket's option and at that of
    // each connection that an earlier run has left on the port. They have inherited
    // theirs from their listener.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
