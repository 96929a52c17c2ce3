//! The server sets SO_REUSEPORT, the other option with REUSE in its name.
//!
//! Every restart works. But a second server can run beside the first, and each gets a
//! part of the clients.
//!
//! Instead of: exercise03
//! Fails: never_listens_twice, knows_a_live_server

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that sets SO_REUSEPORT", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    // ANCHOR_END: bug
    // Windows has no SO_REUSEPORT. There, SO_REUSEADDR itself lets a second server in.
    #[cfg(not(unix))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
