//! If its port is taken, the server silently listens on another one.
//!
//! It runs, but its clients still connect to the old port.
//!
//! Instead of: exercise03
//! Fails: names_the_taken_port, never_listens_twice, restarts_after_closing_first,
//!   restarts_after_a_kill, restarts_three_times

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use shared::run_for_good;
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run_for_good("A server that moves to another port", listen))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    if socket.bind(&address.into()).is_err() {
        socket.bind(&SocketAddr::new(address.ip(), 0).into())?;
    }
    // ANCHOR_END: bug
    socket.listen(128)?;
    Ok(socket.into())
}
