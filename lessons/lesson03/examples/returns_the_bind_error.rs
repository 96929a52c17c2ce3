//! `main` returns the system's own error.
//!
//! The error doesn't say which address is taken.
//!
//! Instead of: exercise03
//! Fails: names_the_taken_port, reports_a_full_output

use std::io;
use std::net::{SocketAddr, TcpListener};

use common::{Arguments, complain};
use socket2::{Domain, Socket, Type};

// ANCHOR: bug
fn main() -> io::Result<()> {
    let arguments = Arguments::parse("A server that returns its errors from main");
    let listener = listen(arguments.address)?;
    // ANCHOR_END: bug
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (connection, client) = listener.accept()?;
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
