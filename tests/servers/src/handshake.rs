//! A server whose handshake is never answered: what every client must stand, in lesson 1 and in lesson 5.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::sockets::{Socket, State, sockets_around};
use grader::{Check, Hint, Needs, Outcome, Program, Run, check, text};
use socket2::{Domain, Type};

/// Where no program listens either, and the kernel says so at once, in other words than "refused": no TCP
/// connection goes to all machines.
pub const BROADCAST: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::BROADCAST), 9);

pub const GIVES_UP_CONNECTING: Check = check("gives_up_connecting", gives_up_connecting)
    .demands("A server that does not answer holds the client no longer than the time limit.")
    .hint("For how long does `connect` try if you haven't told it?")
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

/// What the exercises demand: the time limit holds while the client connects, and the time that this takes is a
/// part of it. `fails` is their demand of a client that ends with an error.
pub fn limits_connect(run: &mut Run, fails: fn(&mut Program) -> Outcome) -> Outcome {
    // In milliseconds: the limit, how much later the client may end, and when the queue has room again. A busy machine can hold a right one up, or the look at
    // its SYN: then once more, with more time. A client sends its SYN again after one second, and after three.
    let without_room = [(400, 500, None), (800, 800, None)];
    let with_room = [(1300, 500, Some(0)), (3600, 800, Some(1500))];
    for tries in [without_room, with_room] {
        for (number, (limit, grace, room_after)) in tries.into_iter().enumerate() {
            let is_last = number > 0;
            let room_after = room_after.map(Duration::from_millis);
            let limit = Duration::from_millis(limit);
            let most = limit + Duration::from_millis(grace);
            let took = ends_in_time(run, room_after, limit, most, fails);
            let is_certain = matches!(took, Ok(took) if took <= most);
            if is_certain || is_last || !run.starts_over() {
                in_time(run, took?, most)?;
                break;
            }
        }
    }
    Ok(())
}

fn in_time(run: &mut Run, took: Duration, most: Duration) -> Outcome {
    run.ensure_in_time(text!("that took {most} at most", most = format!("{most:?}")), took <= most, format!("{took:?}"))
        .hint("Is the time that connecting takes a part of your limit, or does the limit begin anew behind `connect`?")
}

/// How long it may have taken since it began to connect: its SYN may have been on its way since the last look
/// without one.
fn ends_in_time(
    run: &mut Run,
    room_after: Option<Duration>,
    limit: Duration,
    most: Duration,
    fails: fn(&mut Program) -> Outcome,
) -> Outcome<Duration> {
    let full = full_listener(run)?;
    let started = Instant::now();
    let seconds = limit.as_secs_f64().to_string();
    let mut client = run.start(&["--time-limit", &seconds, &full.address.to_string()])?;
    let (mut before, mut since) = (started, None);
    run.until("its first SYN is on its way, and isn't answered", || {
        let now = Instant::now();
        let begins = |it: &Socket| it.state == State::SynSent && it.peer == full.address;
        if sockets_around(full.address)?.iter().any(begins) {
            since = Some(now);
        } else if !client.has_ended() {
            before = now;
        }
        // On a busy machine it may have given up before anyone has looked.
        (since.is_some() || client.has_ended()).then_some(())
    })?;
    if let Some(pause) = room_after {
        let what =
            text!("the queue has room again, so that its next SYN is answered: and then silence");
        thread::sleep(pause);
        run.attempt(what, full.makes_room())?;
    }
    fails(&mut client)?;
    // Where its SYN wasn't seen, it had its start's time as well.
    let begun = since.unwrap_or(started);
    in_time(run, client.ran_since(begun), most)?;
    let took = client.ran_since(started);
    // A timeout may be rounded.
    let least = limit.saturating_sub(Duration::from_millis(50));
    run.ensure(
        text!("that took {least} at least", least = format!("{least:?}")),
        took >= least,
        format!("{took:?}"),
    )?;
    Ok(client.ran_since(begun.min(before)))
}

/// An address whose handshake is not answered, for as long as this lives.
pub struct FullListener {
    pub address: SocketAddr,
    listener: socket2::Socket,
    _queued: Vec<TcpStream>,
}

impl FullListener {
    /// Takes all who wait out of the queue.
    fn makes_room(&self) -> std::io::Result<()> {
        self.listener.set_nonblocking(true)?;
        // They have their connections on the other side as well: these are not needed.
        while self.listener.accept().is_ok() {}
        Ok(())
    }
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
    Ok(FullListener { address, listener: full, _queued: queued })
}

fn listener_with_backlog(backlog: i32) -> std::io::Result<socket2::Socket> {
    let listener = socket2::Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    listener.listen(backlog)?;
    Ok(listener)
}
