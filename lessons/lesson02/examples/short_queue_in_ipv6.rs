//! In IPv6, its queue has room for two clients.
//!
//! socket2 makes that listener, and its backlog was taken from an example.
//!
//! Instead of: exercise02
//! Fails: serves_the_next_client
//! Judged only on Linux. Elsewhere, a backlog is another number.

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run_for_good("A server with a short queue in IPv6", Server { listen, ..RIGHT }))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    if address.is_ipv4() {
        return TcpListener::bind(address);
    }
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    // ANCHOR: bug
    socket.listen(1)?;
    // ANCHOR_END: bug
    Ok(socket.into())
}
