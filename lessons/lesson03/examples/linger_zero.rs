//! Every connection is closed by a reset, to avoid TIME_WAIT.
//!
//! A reset leaves no TIME_WAIT behind, so nothing holds the port. But a client can't tell
//! the end of the reply from a crash of the server.
//!
//! Instead of: exercise03
//! Fails: serves_one_after_another, never_listens_twice, restarts_after_closing_first,
//!   restarts_after_a_kill, restarts_three_times

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{Arguments, Explain, Failure, REPLY, cannot_listen, complain, exit, say};
use socket2::{Domain, SockRef, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Arguments::parse("A server that resets its connections")))
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = arguments.address;
    let listener = listen(address).map_err(cannot_listen(address))?;
    say!("listening on {}", listener.local_addr().explain("cannot learn the address")?)?;
    loop {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        if let Err(failure) = serve(connection).explain(format!("cannot serve {client}"))
        {
            complain(&failure);
        }
    }
}

fn serve(mut connection: TcpStream) -> io::Result<()> {
    // ANCHOR: bug
    SockRef::from(&connection).set_linger(Some(Duration::ZERO))?;
    // ANCHOR_END: bug
    let count = connection.read(&mut [0; 1024])?;
    if count > 0 { connection.write_all(REPLY.as_bytes()) } else { Ok(()) }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}
