use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Instant;

use super::peer::Peer;
use super::trace::Trace;
use crate::check::Outcome;
use crate::machine::close_for_good;
use crate::words::{demands, steps};

/// The check as a server, for programs that connect.
pub struct Listener {
    listener: TcpListener,
    trace: Trace,
    accepted: usize,
    /// When it had no client yet.
    none_at: Instant,
}

impl Listener {
    pub(crate) fn new(listener: TcpListener, trace: &Trace) -> Listener {
        // Accepting has no time-out of its own; with this the deadline holds.
        let _ = listener.set_nonblocking(true);
        Listener { listener, trace: trace.clone(), accepted: 0, none_at: Instant::now() }
    }

    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("a listener has an address")
    }

    /// The underlying listener, for experiments that need a call of its own.
    pub fn socket(&self) -> &TcpListener {
        &self.listener
    }

    /// Stops listening.
    pub fn close(self) {
        self.trace.step(steps::close_the_listener());
        let local = self.address();
        // As the kernel lists a listener's peer.
        let no_peer = match local {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        close_for_good(self.listener, local, no_peer, self.trace.deadline());
    }

    /// A moment before the client that was accepted last had come, and the last one that's known.
    pub fn had_none_at(&self) -> Instant {
        self.none_at
    }

    /// Waits for the next client.
    pub fn accept(&mut self) -> Outcome<Peer> {
        self.trace.step(steps::accept());
        let (listener, none_at) = (&self.listener, &mut self.none_at);
        let (stream, remote) = self.trace.until(&demands::a_connection(), || {
            let now = Instant::now();
            let accepted = listener.accept().ok();
            if accepted.is_none() {
                *none_at = now;
            }
            accepted
        })?;
        stream
            .set_nonblocking(false)
            .map_err(|why| self.trace.broken(demands::a_connection(), why))?;
        self.trace.all_are_ready();
        self.accepted += 1;
        Ok(Peer::new(stream, Some(remote), steps::accepted(self.accepted), &self.trace))
    }
}
