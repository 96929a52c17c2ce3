//! In IPv6, the server sets SO_REUSEPORT, so that every restart works.
//!
//! It also lets a second server in beside the first, as it would in IPv4.
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
    exit(run_for_good("A server that shares its port in IPv6", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    // ANCHOR: bug
    #[cfg(unix)]
    socket.set_reuse_port(address.is_ipv6())?;
    // ANCHOR_END: bug
    socket.bind(&address.into())?;
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
