//! The server binds the empty host, as the tutorial does, and prints the user's address.
//!
//! So it's open to the whole network, and its user doesn't know.
//!
//! Instead of: exercise03
//! Fails: says_where_it_listens, serves_a_hundred_clients, never_listens_twice,
//!   tells_other_errors_apart, keeps_to_its_queue, has_room_for_128_clients

mod shared;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let shown =
        |given: SocketAddr, bound: SocketAddr| SocketAddr::new(given.ip(), bound.port());
    let server = Server { listen, shown, ..RIGHT };
    exit(run_for_good("A server that listens at every address", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    // ANCHOR: bug
    let everywhere = match address.ip() {
        IpAddr::V4(_) => SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port()),
        IpAddr::V6(_) => address,
    };
    socket.bind(&everywhere.into())?;
    // ANCHOR_END: bug
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
