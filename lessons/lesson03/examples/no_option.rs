//! The server never sets SO_REUSEADDR (S14).
//!
//! After it has closed a connection first, no program can bind its port for a minute or
//! two.
//!
//! Instead of: lesson03
//! Fails: restarts_at_once, restarts_after_a_crash, matrix_shows_who_can_bind,
//!   runs_again_after_kill, ends_in_the_middle_of_a_reply

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use lesson03::{Options, run};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Options::parse("A server that does not set SO_REUSEADDR (S14)"), listen))
}

// ANCHOR: bug
fn listen(address: SocketAddr, _reuse: bool, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(socket.into())
}
// ANCHOR_END: bug
