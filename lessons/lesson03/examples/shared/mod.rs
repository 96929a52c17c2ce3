//! Exercise 3's server with parts that can be made in another way: most of its wrong answers are wrong in
//! one of them only.

// None takes all of it.
#![allow(dead_code)]

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use common::{CommandLine, Explain, Failure, complain, is_taken, say, tutorial_address};
use socket2::{Domain, Socket, Type};

/// What a wrong answer does in its own way, unless it takes the functions below.
pub struct Server {
    pub listen: fn(SocketAddr, i32) -> io::Result<TcpListener>,
    pub cannot_listen: fn(SocketAddr, io::Error) -> Failure,
    pub shown: fn(SocketAddr, SocketAddr) -> SocketAddr,
    pub converse: fn(TcpStream, SocketAddr, Duration) -> Result<(), Failure>,
    pub clients: usize,
}

/// All parts right.
pub const RIGHT: Server = Server {
    listen,
    cannot_listen,
    shown: |_given, bound| bound,
    converse: |connection, client, limit| lesson02::serve(&connection, client, limit),
    clients: usize::MAX,
};

/// Serves one client after another, until the program is ended.
pub fn run_for_good(about: &str, server: &Server) -> Result<(), Failure> {
    let (address, time_limit, queue) = options(about);
    let listener = (server.listen)(address, queue)
        .map_err(|error| (server.cannot_listen)(address, error))?;
    let bound = listener.local_addr().explain("cannot learn the address")?;
    say!("listening on {}", (server.shown)(address, bound))?;
    for _ in 0..server.clients {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        if let Err(failure) = (server.converse)(connection, client, time_limit) {
            complain(&failure);
        }
    }
    Ok(())
}

pub fn listen(address: SocketAddr, queue: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(queue - 1)?;
    Ok(socket.into())
}

pub fn cannot_listen(address: SocketAddr, error: io::Error) -> Failure {
    let in_use = is_taken(&error);
    let holder = if in_use { holder(address) } else { "something else is wrong" };
    Failure::new(format!("cannot listen on {address}"), format!("{error}: {holder}"))
}

pub fn holder(address: SocketAddr) -> &'static str {
    match TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
        Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
            "no server listens there"
        }
        _ => "a server listens there",
    }
}

fn options(about: &str) -> (SocketAddr, Duration, i32) {
    let (mut address, mut time_limit, mut queue) =
        (tutorial_address(), Duration::from_secs(10), 128);
    let mut line = CommandLine::new(about, "[OPTIONS] [ADDRESS:PORT]");
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => address = line.address(),
            "--time-limit" => time_limit = line.seconds(),
            "--queue" => queue = line.number(1..=i32::MAX),
            _ => line.refuse(),
        }
    }
    (address, time_limit, queue)
}
