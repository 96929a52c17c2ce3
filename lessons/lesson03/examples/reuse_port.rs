//! The server sets SO_REUSEPORT instead of SO_REUSEADDR (S14).
//!
//! The restart works. But a second server can run beside the first, and then the kernel
//! gives each new client to one of the two (socket(7)).
//!
//! Instead of: lesson03
//! Fails: refuses_a_second_live_server

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use lesson03::{Options, run};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    exit(run(
        &Options::parse("A server with SO_REUSEPORT instead of SO_REUSEADDR (S14)"),
        listen,
    ))
}

fn listen(address: SocketAddr, reuse: bool, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    #[cfg(unix)]
    socket.set_reuse_port(reuse)?;
    // ANCHOR_END: bug
    // Windows has no SO_REUSEPORT. There, SO_REUSEADDR itself lets a second server in.
    #[cfg(not(unix))]
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(socket.into())
}
