//! SO_REUSEADDR is set after `bind` (S14).
//!
//! That's too late, because `bind` is the call that looks at the option. The restart
//! fails as if the option weren't set.
//!
//! Instead of: lesson03
//! Fails: restarts_at_once, restarts_after_a_crash, matrix_shows_who_can_bind

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use lesson03::{Options, run};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(&Options::parse("A server that sets SO_REUSEADDR after bind (S14)"), listen))
}

fn listen(address: SocketAddr, reuse: bool, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    socket.bind(&address.into())?;
    socket.set_reuse_address(reuse)?;
    // ANCHOR_END: bug
    socket.listen(backlog)?;
    Ok(socket.into())
}
