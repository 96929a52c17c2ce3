//! SO_REUSEADDR is set for a listener of IPv4 only.
//!
//! What a run leaves on its port is the same in both families.
//!
//! Instead of: exercise03
//! Fails: restarts_after_closing_first, restarts_after_a_kill

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server with the option in IPv4 only", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    socket.set_reuse_address(address.is_ipv4())?;
    // ANCHOR_END: bug
    socket.bind(&address.into())?;
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
