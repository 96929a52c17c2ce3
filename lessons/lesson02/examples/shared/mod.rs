//! Exercise 2's server with parts that can be made in another way: many of its wrong answers are wrong in
//! one of them only.

// None takes all of it.
#![allow(dead_code)]

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use common::{
    CommandLine, Explain, Failure, Limited, REPLY, cannot_listen, complain, say,
    tutorial_address,
};

pub const MAX_REQUEST: usize = 1 << 20;

/// What a wrong answer does in its own way, unless it takes the functions below.
#[derive(Clone, Copy)]
pub struct Server {
    pub listen: fn(SocketAddr) -> io::Result<TcpListener>,
    pub shown: fn(SocketAddr, SocketAddr) -> SocketAddr,
    pub default_limit: Duration,
    pub limit: fn(Duration) -> Duration,
    pub read: fn(&TcpStream, Duration) -> io::Result<Vec<u8>>,
    pub is_too_long: fn(&[u8]) -> bool,
    pub text: fn(Vec<u8>) -> Result<Vec<u8>, String>,
    pub write: fn(&TcpStream, Duration, &[u8]) -> io::Result<()>,
    pub report: fn(SocketAddr, &str),
    /// What becomes of the connection with this client, of so many, in the end.
    pub close: fn(TcpStream, usize),
    pub clients: usize,
    pub with_threads: bool,
}

/// All parts right.
pub const RIGHT: Server = Server {
    listen: TcpListener::bind,
    shown: |_given, bound| bound,
    default_limit: Duration::from_secs(10),
    limit: |limit| limit,
    read,
    is_too_long: |request| request.len() > MAX_REQUEST,
    text,
    write: |connection, left, reply| Limited::new(connection, left).write_all(reply),
    report: |client, why| complain(&Failure::new(format!("no reply for {client}"), why)),
    close: |connection, _number| drop(connection),
    clients: usize::MAX,
    with_threads: false,
};

pub fn run_for_good(about: &str, server: Server) -> Result<(), Failure> {
    let (mut address, mut limit) = (tutorial_address(), server.default_limit);
    let mut line = CommandLine::new(about, "[OPTIONS] [ADDRESS:PORT]");
    while let Some(name) = line.argument() {
        match name.as_str() {
            "" => address = line.address(),
            "--time-limit" => limit = line.seconds(),
            _ => line.refuse(),
        }
    }
    let listener = (server.listen)(address).map_err(cannot_listen(address))?;
    let bound = listener.local_addr().explain("cannot learn the address")?;
    say!("listening on {}", (server.shown)(address, bound))?;
    let limit = (server.limit)(limit);
    for number in 1..=server.clients {
        let (connection, client) = listener.accept().explain("cannot accept a client")?;
        let serve = move || {
            if let Err(why) = converse(&server, &connection, limit) {
                (server.report)(client, &why);
            }
            (server.close)(connection, number);
        };
        if server.with_threads {
            std::thread::spawn(serve);
        } else {
            serve();
        }
    }
    Ok(())
}

fn converse(
    server: &Server,
    connection: &TcpStream,
    limit: Duration,
) -> Result<(), String> {
    let since = std::time::Instant::now();
    let request = (server.read)(connection, limit).map_err(|why| common::why(&why))?;
    if request.is_empty() {
        return Err("it sent nothing".into());
    }
    if (server.is_too_long)(&request) {
        return Err("it is too long".into());
    }
    let text = (server.text)(request)?;
    let reply = [REPLY.as_bytes(), b"\n", &text].concat();
    let left = limit.saturating_sub(since.elapsed()).max(Duration::from_millis(1));
    (server.write)(connection, left, &reply).map_err(|why| common::why(&why))?;
    connection.shutdown(Shutdown::Write).map_err(|why| why.to_string())
}

/// The request, or a byte more than it may have.
pub fn read(connection: &TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    Limited::new(connection, limit)
        .take(MAX_REQUEST as u64 + 1)
        .read_to_end(&mut request)?;
    Ok(request)
}

pub fn text(request: Vec<u8>) -> Result<Vec<u8>, String> {
    String::from_utf8(request).map(String::into_bytes).map_err(|why| why.to_string())
}
