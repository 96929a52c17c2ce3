//! The backlog is always 128, whatever the user asked for (S9).
//!
//! So clients queue up at a server that will serve only one of them.
//!
//! Instead of: lesson03
//! Fails: keeps_to_the_backlog

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use lesson03::{Options, run};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Options::parse("A server that ignores --backlog (S9)"), listen))
}

fn listen(address: SocketAddr, reuse: bool, _backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    // ANCHOR: bug
    socket.listen(128)?;
    // ANCHOR_END: bug
    Ok(socket.into())
}
