use std::net::{SocketAddr, TcpListener};

use crate::check::{Broken, Outcome};
use crate::peer::Peer;
use crate::spawn::close;
use crate::trace::Trace;

/// The check as a server, for programs that connect.
pub struct Listener {
    listener: TcpListener,
    trace: Trace,
    accepted: usize,
}

impl Listener {
    pub(crate) fn new(listener: TcpListener, trace: &Trace) -> Listener {
        // Accepting has no time-out of its own; with this the deadline holds.
        listener.set_nonblocking(true).expect("a listener can be non-blocking");
        Listener { listener, trace: trace.clone(), accepted: 0 }
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
        self.trace.step("close the listener");
        close(self.listener);
    }

    /// Waits for the next client.
    pub fn accept(&mut self) -> Outcome<Peer> {
        self.trace.step("accept a connection");
        let listener = &self.listener;
        let (stream, _) = self.trace.until(&"a connection", || listener.accept().ok())?;
        stream.set_nonblocking(false).map_err(|why| Broken::new("a connection", why))?;
        self.accepted += 1;
        let name = match self.accepted {
            1 => "the server".into(),
            number => format!("the server's connection {number}"),
        };
        Ok(Peer::new(stream, name, &self.trace))
    }
}
