//! The queue is never longer than 16 clients, whatever the user asked for (S9).
//!
//! A few clients have room. But the default of 128 is cut silently.
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
    exit(run_for_good("A server whose queue is short", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    // ANCHOR: bug
    socket.listen(queue.min(16) - 1)?;
    // ANCHOR_END: bug
    Ok(socket.into())
}
