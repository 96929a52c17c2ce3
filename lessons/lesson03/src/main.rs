//! Lesson 3: lesson 2's server on a port that a second run can have right away.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::exit;
use lesson03::{Options, run};
use socket2::{Domain, Protocol, Socket, Type};

fn main() -> ExitCode {
    let about = "Serves one client on a port that a second run can have right away.";
    exit(run(&Options::parse(about), listen))
}

// ANCHOR: listen
/// The calls that std's `TcpListener::bind` makes in one, with the option as a choice.
fn listen(address: SocketAddr, reuse: bool, backlog: i32) -> io::Result<TcpListener> {
    let socket =
        Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Before bind, since bind is the call that asks for it: may this port be shared with
    // the connections that an earlier run has left behind? Only if those had the option
    // set as well.
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    // From here on the socket can only accept. std has a type for that.
    Ok(socket.into())
}
// ANCHOR_END: listen
