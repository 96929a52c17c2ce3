//! If its port is taken, the server silently listens on another one.
//!
//! The tutorial's first way out is to change the port. The server then runs, but its
//! clients still connect to the old port.
//!
//! Instead of: lesson03
//! Fails: fails_without_the_option, refuses_a_second_live_server,
//!   matrix_shows_who_can_bind, matrix_shows_who_waits, reports_a_taken_port

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use lesson03::{Options, run};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Options::parse("A server that moves to another port in silence"), listen))
}

fn listen(address: SocketAddr, reuse: bool, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(reuse)?;
    // ANCHOR: bug
    match socket.bind(&address.into()) {
        Err(why) if common::is_taken(&why) => {
            socket.bind(&SocketAddr::new(address.ip(), 0).into())?;
        }
        outcome => outcome?,
    }
    // ANCHOR_END: bug
    socket.listen(backlog)?;
    Ok(socket.into())
}
