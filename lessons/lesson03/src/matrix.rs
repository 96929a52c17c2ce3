//! One experiment: a first run closes a connection, a second run wants the first one's
//! port.
//!
//! Both "runs" are made in one process. What is left of a connection belongs to the
//! kernel, which does not ask what process made it.

use std::fmt::{self, Display};
use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::sockets::{self, State};
use common::{Explain, Failure, Limited, cannot_connect, cannot_listen};

use crate::Listen;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Server,
    Client,
}

pub struct Setup {
    /// Where the first run listens. Port 0 gives it a port that is not in use.
    pub address: SocketAddr,
    pub closes_first: Side,
    /// Whether the first run sets SO_REUSEADDR.
    pub first: bool,
    /// Whether the second run sets it.
    pub second: bool,
}

pub struct Measured {
    /// Where the first run listened.
    pub port: SocketAddr,
    /// What the kernel has kept of the two ends of the first run's connection.
    pub server_end: End,
    pub client_end: End,
    /// Whether the second run could have the port.
    pub second_run: io::Result<()>,
}

/// No step of an experiment waits longer: both ends are on this machine.
const LIMIT: Duration = Duration::from_secs(5);

// ANCHOR: measure
pub fn measure(listen: Listen, setup: &Setup) -> Result<Measured, Failure> {
    // The first run: a server with one client.
    let listener =
        listen(setup.address, setup.first, 1).map_err(cannot_listen(setup.address))?;
    let port = listener.local_addr().explain("cannot learn the listener's address")?;
    let client =
        TcpStream::connect_timeout(&port, LIMIT).map_err(cannot_connect(port))?;
    let (server, from) = listener.accept().explain("cannot accept a client")?;

    // One side ends the connection, the other reads that and closes too.
    match setup.closes_first {
        Side::Server => close(server, client),
        Side::Client => close(client, server),
    }
    .explain("cannot close the connection cleanly")?;
    // The first run is over.
    drop(listener);
    let (server_end, client_end) = what_is_left(LIMIT, || both_ends(port, from));

    // The second run: can it have the same port?
    let second_run = listen(port, setup.second, 1).map(drop);
    Ok(Measured { port, server_end, client_end, second_run })
}

/// The end that closes first has to wait in TIME_WAIT (RFC 9293 §3.6.1).
fn close(first: TcpStream, second: TcpStream) -> io::Result<()> {
    first.shutdown(Shutdown::Write)?;
    Limited::new(&second, LIMIT).read_to_end(&mut Vec::new())?;
    drop(second);
    Limited::new(&first, LIMIT).read_to_end(&mut Vec::new())?;
    Ok(())
}
// ANCHOR_END: measure

/// What the kernel has kept of one end of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Gone,
    Kept(State),
    /// This system does not list its sockets.
    Unknown,
}

impl Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Gone => f.pad("gone"),
            End::Kept(state) => state.fmt(f),
            End::Unknown => f.pad("not available here"),
        }
    }
}

/// Both ends, as soon as the last acknowledgement has arrived: that one the kernels
/// exchange without the programs, and no call waits for it. One end is kept then; where
/// none is, the list has passed it over. When the time is up, whatever they are.
fn what_is_left(patience: Duration, mut look: impl FnMut() -> (End, End)) -> (End, End) {
    let settled = |end| !matches!(end, End::Kept(state) if state != State::TimeWait);
    let start = Instant::now();
    loop {
        let ends = look();
        let over = settled(ends.0) && settled(ends.1) && ends != (End::Gone, End::Gone);
        if over || start.elapsed() >= patience {
            return ends;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn both_ends(port: SocketAddr, client: SocketAddr) -> (End, End) {
    let Some(found) = sockets::sockets_around(port) else {
        return (End::Unknown, End::Unknown);
    };
    let end = |local, peer| {
        let mut ends = found.iter().filter(|socket| socket.local == local);
        ends.find(|end| end.peer == peer).map_or(End::Gone, |end| End::Kept(end.state))
    };
    (end(port, client), end(client, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_waited_for() {
        use State::{FinWait2, LastAck, TimeWait};
        let looks = [
            (End::Kept(FinWait2), End::Kept(LastAck)),
            (End::Kept(FinWait2), End::Gone),
            (End::Gone, End::Gone),
            (End::Kept(TimeWait), End::Kept(LastAck)),
            (End::Kept(TimeWait), End::Gone),
        ];
        let mut look = looks.into_iter();
        let ends = what_is_left(LIMIT, || look.next().expect("it looks no further"));
        assert!(ends == looks[4]);
    }

    #[test]
    fn ends_that_do_not_change_are_not_waited_for_for_ever() {
        let ends = (End::Kept(State::FinWait2), End::Kept(State::CloseWait));
        assert!(what_is_left(Duration::from_millis(10), || ends) == ends);
    }

    #[test]
    fn where_the_system_lists_nothing_nothing_is_waited_for() {
        let mut looks = 0;
        what_is_left(LIMIT, || {
            looks += 1;
            (End::Unknown, End::Unknown)
        });
        assert_eq!(looks, 1);
    }
}
