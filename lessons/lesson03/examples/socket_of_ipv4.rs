//! The socket is one for IPv4, whatever the address is.
//!
//! It can't be bound to an address of IPv6.
//!
//! Instead of: exercise03
//! Fails: listens_on_ipv6, ends_a_silent_client_in_time, never_listens_twice,
//!   restarts_after_a_kill, knows_a_live_server, restarts_after_closing_first,
//!   knows_a_busy_server, knows_what_a_run_has_left, knows_a_port_that_is_only_bound,
//!   keeps_to_its_queue, has_room_for_128_clients

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server for IPv4", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    // ANCHOR: bug
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // ANCHOR_END: bug
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
