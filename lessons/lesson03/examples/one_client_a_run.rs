//! The server serves one client and ends, as the lesson's program does.
//!
//! The exercise asks for a server that goes on with the next client.
//!
//! Instead of: exercise03
//! Fails: serves_one_after_another, restarts_three_times, survives_resets_at_any_moment,
//!   survives_whatever_is_sent, survives_a_crowd, waits_for_its_stderr

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Arguments, Explain, Failure, cannot_listen, exit, say};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server for one client")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = arguments.address;
    let listener = listen(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    // ANCHOR: bug
    let (connection, client) = listener.accept().explain("cannot accept a client")?;
    lesson02::serve(&connection, client, arguments.time_limit)
    // ANCHOR_END: bug
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
