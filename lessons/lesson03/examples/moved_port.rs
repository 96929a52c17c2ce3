//! If its port is taken, the server silently listens on another one.
//!
//! It runs, but its clients still connect to the old port.
//!
//! Instead of: exercise03
//! Fails: never_listens_twice, restarts_after_closing_first, restarts_after_a_kill,
//!   restarts_three_times, knows_a_live_server, knows_a_busy_server,
//!   knows_what_a_run_has_left, knows_a_port_that_is_only_bound,
//!   tells_a_privileged_port_apart

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::{RIGHT, Server, run_for_good};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let server = Server { listen, ..RIGHT };
    exit(run_for_good("A server that moves to another port", &server))
}

fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    if socket.bind(&address.into()).is_err() {
        socket.bind(&SocketAddr::new(address.ip(), 0).into())?;
    }
    // ANCHOR_END: bug
    socket.listen(queue - 1)?;
    Ok(socket.into())
}
