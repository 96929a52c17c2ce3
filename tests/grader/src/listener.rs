use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use crate::check::{Broken, Outcome};
use crate::peer::Peer;
use crate::spawn::close_for_good;
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
        let local = self.address();
        // As the kernel lists a listener's peer.
        let nobody = match local {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        close_for_good(self.listener, local, nobody, &self.trace);
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

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::Listener;
    use crate::patience::must_pass;
    #[cfg(target_os = "linux")]
    use crate::spawn::held_for_a_moment;
    use crate::trace::Trace;

    #[test]
    fn connections_are_told_apart_and_no_client_is_an_end_to_waiting() {
        let trace = Trace::new(must_pass());
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let mut listener = Listener::new(listener, &trace);
        let clients = [1, 2, 3].map(|_| TcpStream::connect(address).unwrap());
        let ends = clients.each_ref().map(|_| listener.accept().unwrap());
        let names: Vec<_> = trace.take().peers.into_iter().map(|(_, name)| name).collect();
        let expected = ["the server", "the server's connection 2", "the server's connection 3"];
        assert_eq!(names, expected);
        assert_eq!(
            ends.map(|end| end.remote()),
            clients.map(|client| client.local_addr().unwrap())
        );

        let mut hurried =
            Listener::new(listener.socket().try_clone().unwrap(), &Trace::new(Duration::ZERO));
        let nobody = hurried.accept().map(drop).unwrap_err();
        assert_eq!(nobody.got, "nothing: the time was up");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_listener_is_closed_when_no_process_has_it_open() {
        for ip in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(ip) else { continue };
            let listener = Listener::new(listener, &Trace::new(must_pass()));
            let (address, held) = (listener.address(), held_for_a_moment(listener.socket()));
            listener.close();
            TcpListener::bind(address).expect("nobody listens there");
            held.join().unwrap();
        }
    }
}
