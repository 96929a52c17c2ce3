//! The listener has no SO_REUSEADDR (chapter 2.3).
//!
//! std sets the option, so this program makes the socket by hand, as in Python. After
//! `kill -9` with clients connected, the port is taken for a minute.
//!
//! Instead of: lesson04
//! Fails: runs_again_after_kill
//! Judged only on these.
//! Judged only on Unix. Windows lets the next run have the port without the option.

mod shared;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::{Failure, cannot_listen, exit};
use socket2::{Domain, Socket, Type};

use shared::args::Args;
use shared::converse::converse;
use shared::server::start_thread;
use shared::*;

fn main() -> ExitCode {
    exit(run(args::parse()))
}

fn run(args: Args) -> Result<(), Failure> {
    let listener = listen(args.address).map_err(cannot_listen(args.address))?;
    let server = announce(&listener, args)?;
    accept_clients(&listener, &server, |client| start_thread(client, converse));
    drop(listener);
    server.drain();
    Ok(())
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // ANCHOR: bug
    socket.bind(&address.into())?;
    // ANCHOR_END: bug
    socket.listen(128)?;
    Ok(socket.into())
}
