//! Every TIME_WAIT is taken for the server's (S13).
//!
//! This program looks for it as `ss -tan | grep PORT` does. The lines of both ends name
//! the server's port, so the server seems to wait, whichever side closed first.
//!
//! Instead of: lesson03
//! Fails: matrix_shows_who_waits

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use common::sockets::State;
use common::{Failure, exit};
use lesson03::matrix::{End, Measured, Setup, measure};
use lesson03::{Options, run, table};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    let options =
        Options::parse("An experiment that takes every TIME_WAIT for the server's (S13)");
    exit(if options.matrix {
        table::print(options.address, look)
    } else {
        run(&options, listen)
    })
}

fn look(setup: &Setup) -> Result<Measured, Failure> {
    let mut measured = measure(listen, setup)?;
    // ANCHOR: bug
    let waiting = End::Kept(State::TimeWait);
    let somewhere = measured.server_end == waiting || measured.client_end == waiting;
    measured.server_end = if somewhere { waiting } else { End::Gone };
    // ANCHOR_END: bug
    Ok(measured)
}

fn listen(address: SocketAddr, reuse: bool, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(socket.into())
}
