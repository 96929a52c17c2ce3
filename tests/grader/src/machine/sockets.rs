//! The kernel's view of TCP sockets, for checks that ask again and again.
//!
//! `/proc/net/tcp` is written again for each reader, with a line for every socket of the machine, and a
//! suite leaves thousands of them in TIME_WAIT. Linux also answers for the one that is asked for
//! (sock_diag(7)). Where it does not, the list is read.
//!
//! Windows says in which state a socket is ("GetTcpTable"), and not what waits in its buffers.

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

/// The state of the socket with these two ends; `None` where there is none, or where the kernel does not say.
pub fn state_between(local: SocketAddr, peer: SocketAddr) -> Option<State> {
    #[cfg(windows)]
    return windows::state_between(local, peer);
    #[cfg(not(windows))]
    Some(socket_between(local, peer)?.state)
}

/// The other ends and the states of all sockets whose own end is this address. `None` where the kernel does not list
/// them.
pub fn states_at(local: SocketAddr) -> Option<Vec<(SocketAddr, State)>> {
    #[cfg(windows)]
    return windows::states_at(local);
    #[cfg(not(windows))]
    Some(sockets_at(local)?.into_iter().map(|socket| (socket.peer, socket.state)).collect())
}

/// Whether this system says in which state a socket is.
pub fn states_are_told() -> bool {
    cfg!(any(windows, target_os = "linux")) && !are_hidden()
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

/// Whether this system says how much waits in a socket's buffers.
pub fn queues_are_told() -> bool {
    #[cfg(target_os = "linux")]
    return sock_diag::answers() || !are_hidden();
    #[cfg(not(target_os = "linux"))]
    false
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

/// Of the sockets with these numbers, those that listen.
#[cfg(target_os = "linux")]
pub(crate) fn listeners_numbered(inodes: &[u64]) -> HashMap<u64, Socket> {
    let mut listeners = match sock_diag::answers() {
        true => sock_diag::listeners_numbered(inodes),
        false => list::sockets_numbered(inodes),
    };
    listeners.retain(|_, socket| socket.state == State::Listen);
    listeners
}

#[cfg(windows)]
mod windows {
    use super::{SocketAddr, State};

    pub fn state_between(local: SocketAddr, peer: SocketAddr) -> Option<State> {
        let states = states_at(local)?;
        states.into_iter().find(|(its, _)| *its == peer).map(|(_, state)| state)
    }

    pub fn states_at(local: SocketAddr) -> Option<Vec<(SocketAddr, State)>> {
        let table = on_windows::tcp_table(local.is_ipv4())?;
        let there = table.into_iter().filter(|socket| socket.local == local);
        Some(there.filter_map(|socket| Some((socket.peer, state(socket.state)?))).collect())
    }

    /// MIB_TCP_STATE, in the order of its numbers.
    fn state(number: u32) -> Option<State> {
        const STATES: [State; 12] = [
            State::Closed,
            State::Listen,
            State::SynSent,
            State::SynReceived,
            State::Established,
            State::FinWait1,
            State::FinWait2,
            State::CloseWait,
            State::Closing,
            State::LastAck,
            State::TimeWait,
            // DELETE_TCB: nothing of it is left but its row.
            State::Closed,
        ];
        STATES.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_connection_has_a_state_on_each_side() {
        for ip in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(ip) else { continue };
            let server = listener.local_addr().expect("an address");
            let client = TcpStream::connect(server).expect("a connection");
            let (accepted, name) = listener.accept().expect("a client");
            if !states_are_told() {
                assert_eq!(state_between(server, name), None);
                continue;
            }
            let deadline = crate::machine::Deadline::after(crate::machine::must_pass());
            let becomes = |local, peer, state| {
                let is_so = || (state_between(local, peer) == state).then_some(());
                deadline.until(is_so).expect("its state");
            };
            becomes(server, name, Some(State::Established));
            becomes(name, server, Some(State::Established));
            client.shutdown(std::net::Shutdown::Write).expect("a half-close");
            becomes(name, server, Some(State::FinWait2));
            becomes(server, name, Some(State::CloseWait));
            drop(accepted);
            becomes(server, name, None);
            becomes(name, server, Some(State::TimeWait));
        }
    }

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
