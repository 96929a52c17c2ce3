//! A server whose handshake is never answered: what every client must stand, in lesson 1 and in lesson 5.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use grader::{Check, Needs, Outcome, Run, check};
use socket2::{Domain, Socket, Type};

pub const GIVES_UP_CONNECTING: Check = check("gives_up_connecting", gives_up_connecting)
    .demands("A server that does not answer holds the client no longer than the time limit.")
    .hint("For how long does `connect` try when nobody told it?")
    .section("02-1-client.html#four-ways-to-fail")
    .needs(Needs::Linux);

fn gives_up_connecting(run: &mut Run) -> Outcome {
    let full = full_listener(run)?;
    let since = Instant::now();
    run.to_end(&["--time-limit", "0.2", &full.address.to_string()])?
        .said_exactly("")?
        .exited_with(1)?
        .explained()?
        .complained("cannot connect")?
        .complained("timed out")?;
    run.shorter_than_default(since)
}

/// An address whose handshake is not answered, for as long as this lives.
pub struct FullListener {
    pub address: SocketAddr,
    _listener: Socket,
    _queued: Vec<TcpStream>,
}

/// A listener whose queue is full lets further clients wait: the kernel ignores their SYN. (Linux)
pub fn full_listener(run: &mut Run) -> Outcome<FullListener> {
    let full = run.attempt("a listener with a backlog of 0", listener_with_backlog(0))?;
    let address = full.local_addr().ok().and_then(|address| address.as_socket());
    let address = address.ok_or_else(|| run.broken("an address", "none"))?;
    let mut queued = Vec::new();
    run.until("its queue is full", || {
        match TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
            Ok(client) => {
                queued.push(client);
                None
            }
            Err(_) => Some(()),
        }
    })?;
    Ok(FullListener { address, _listener: full, _queued: queued })
}

fn listener_with_backlog(backlog: i32) -> std::io::Result<Socket> {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    listener.listen(backlog)?;
    Ok(listener)
}
