//! The kernel's view of TCP sockets, for checks that ask again and again.
//!
//! `/proc/net/tcp` is written again for each reader, with a line for every socket of the machine, and a
//! suite leaves thousands of them in TIME_WAIT. Linux also answers for the one that is asked for
//! (sock_diag(7)). Where it does not, the list is read.

#[cfg(target_os = "linux")]
use std::collections::HashMap;
use std::net::SocketAddr;

use common::sockets as list;
pub use common::sockets::{Socket, State};

#[cfg(target_os = "linux")]
use super::sock_diag;

/// The socket with these two ends; `None` where there is none, or where the kernel does not say.
///
/// Of a socket in TIME_WAIT the timer is left out.
pub fn socket_between(local: SocketAddr, peer: SocketAddr) -> Option<Socket> {
    #[cfg(target_os = "linux")]
    if sock_diag::answers() {
        return sock_diag::socket_between(local, peer);
    }
    list::sockets_at(local)?.into_iter().find(|socket| socket.peer == peer)
}

/// All sockets whose own end is this address: a listener and all that it has accepted, or one end of
/// a connection. `None` where the kernel does not list them.
pub fn sockets_at(local: SocketAddr) -> Option<Vec<Socket>> {
    #[cfg(target_os = "linux")]
    if sock_diag::answers() {
        return Some(sock_diag::sockets_at(local));
    }
    list::sockets_at(local)
}

/// Whether this is a Linux that hides its list of sockets, as on Android and in some containers. The lessons read
/// it as well, so it's then for all of us like another system.
pub fn are_hidden() -> bool {
    cfg!(target_os = "linux") && std::fs::File::open("/proc/net/tcp").is_err()
}

/// The listener at this address; `None` where there is none, or where the kernel does not say. With several
/// (SO_REUSEPORT) it is one of them.
pub fn listener_at(local: SocketAddr) -> Option<Socket> {
    #[cfg(target_os = "linux")]
    if sock_diag::answers() {
        return sock_diag::listener_at(local);
    }
    list::sockets_at(local)?.into_iter().find(|socket| socket.state == State::Listen)
}

/// The sockets with these numbers, as the descriptors' names in `/proc/PID/fd` give them:
/// `socket:[NUMBER]`.
#[cfg(target_os = "linux")]
pub(crate) fn sockets_numbered(inodes: &[u64]) -> HashMap<u64, Socket> {
    match sock_diag::answers() {
        true => sock_diag::sockets_numbered(inodes),
        false => list::sockets_numbered(inodes),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn what_is_answered_is_what_is_listed() {
        for ip in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(ip) else { continue };
            let server = listener.local_addr().expect("an address");
            let client = TcpStream::connect(server).expect("a connection");
            let client = client.local_addr().expect("an address");
            let Some(listed) = list::sockets_at(server) else { return };
            let sorted = |mut sockets: Vec<Socket>| {
                sockets.retain(|socket| socket.state != State::TimeWait);
                sockets.sort_by_key(|socket| socket.peer);
                sockets
            };
            assert_eq!(sockets_at(server).map(sorted), Some(sorted(listed)));
            let waiting = listener_at(server).expect("the listener");
            assert_eq!((waiting.state, waiting.receive_queue), (State::Listen, 1));
            let end = socket_between(server, client).expect("the accepted end");
            assert_eq!((end.local, end.peer), (server, client));
            // There is a listener that would take such a client, and then not even that.
            let stranger = SocketAddr::new(server.ip(), 1);
            assert_eq!(socket_between(server, stranger), None);
            drop(listener);
            assert_eq!(socket_between(server, stranger), None);
            // A process that is just being started may hold a copy.
            let deadline = crate::machine::Deadline::after(crate::machine::must_pass());
            deadline.until(|| listener_at(server).is_none().then_some(())).expect("it is closed");
        }
    }
}
