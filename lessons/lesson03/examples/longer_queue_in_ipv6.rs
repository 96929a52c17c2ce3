//! In IPv6, the queue has room for one client more.
//!
//! Linux lets in one more than the number that `listen` is given, in both families.
//!
//! Instead of: exercise03
//! Fails: keeps_to_its_queue, has_room_for_128_clients

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server with a longer queue in IPv6", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    // ANCHOR: bug
    socket.listen(if address.is_ipv4() { queue - 1 } else { queue })?;
    // ANCHOR_END: bug
    Ok(socket.into())
}
