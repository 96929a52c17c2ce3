//! Told all addresses, the server sets SO_REUSEPORT.
//!
//! A second one that's told the same runs beside it.
//!
//! Instead of: exercise03
//! Fails: never_listens_twice
//! Judged only on Linux. Elsewhere the check doesn't look.

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that shares all addresses", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    // ANCHOR: bug
    #[cfg(unix)]
    socket.set_reuse_port(address.ip().is_unspecified())?;
    // ANCHOR_END: bug
    socket.bind(&address.into())?;
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
