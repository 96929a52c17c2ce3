//! The kernel's view of TCP sockets, for those who ask again and again.
//!
//! `/proc/net/tcp` is written anew for each reader, with a line for every socket of the machine, and a
//! suite leaves thousands of them in TIME_WAIT. Linux also answers for the one that is asked for
//! (sock_diag(7)). Where it does not, the list is read.

use std::collections::HashMap;
use std::net::SocketAddr;

use common::sockets as list;
pub use common::sockets::{Socket, State};

/// The socket with these two ends; `None` where there is none, or where the kernel does not say.
///
/// Of a socket in TIME_WAIT the timer is left out.
pub fn socket_between(local: SocketAddr, peer: SocketAddr) -> Option<Socket> {
    #[cfg(target_os = "linux")]
    if diag::answers() {
        return diag::socket_between(local, peer);
    }
    with_peer(list::sockets_at(local)?, peer)
}

fn with_peer(sockets: Vec<Socket>, peer: SocketAddr) -> Option<Socket> {
    sockets.into_iter().find(|socket| socket.peer == peer)
}

/// All sockets whose own end is this address: a listener and all that it has accepted, or one end of
/// a connection. `None` where the kernel does not list them.
pub fn sockets_at(local: SocketAddr) -> Option<Vec<Socket>> {
    #[cfg(target_os = "linux")]
    if diag::answers() {
        return Some(diag::sockets_at(local));
    }
    list::sockets_at(local)
}

/// The sockets with these numbers, as the descriptors' names in `/proc/PID/fd` give them:
/// `socket:[NUMBER]`.
pub(crate) fn sockets_numbered(inodes: &[u64]) -> HashMap<u64, Socket> {
    #[cfg(target_os = "linux")]
    if diag::answers() {
        return diag::sockets_numbered(inodes);
    }
    list::sockets_numbered(inodes)
}

#[cfg(target_os = "linux")]
mod diag {
    use std::collections::HashMap;
    use std::io::{self, Read};
    use std::net::SocketAddr;
    use std::sync::LazyLock;
    use std::time::Duration;

    use common::sockets::{Socket, State};
    use netlink_packet_core::{
        NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
    };
    use netlink_packet_sock_diag::SockDiagMessage;
    use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP};
    use netlink_packet_sock_diag::inet::{
        ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags, Timer,
    };
    use socket2::{Domain, Protocol, Type};

    /// Whether this kernel speaks sock_diag about TCP: it may lack the module, or forbid it.
    pub fn answers() -> bool {
        static ANSWERS: LazyLock<bool> =
            LazyLock::new(|| all(SocketId::new_v4(), StateFlags::LISTEN).is_ok());
        *ANSWERS
    }

    pub fn socket_between(local: SocketAddr, peer: SocketAddr) -> Option<Socket> {
        let mut id = of_its_family(local);
        (id.source_address, id.source_port) = (local.ip(), local.port());
        (id.destination_address, id.destination_port) = (peer.ip(), peer.port());
        id.cookie = [0xff; 8];
        let found = ask(NLM_F_REQUEST, id, StateFlags::all()).ok()?;
        // Where there is no such connection, the kernel answers with a listener that would take it.
        found.iter().filter_map(socket).find(|it| it.local == local && it.peer == peer)
    }

    pub fn sockets_at(local: SocketAddr) -> Vec<Socket> {
        let mut id = of_its_family(local);
        id.source_port = local.port();
        let found = all(id, StateFlags::all()).unwrap_or_default();
        found.iter().filter_map(socket).filter(|socket| socket.local == local).collect()
    }

    pub fn sockets_numbered(inodes: &[u64]) -> HashMap<u64, Socket> {
        // A socket in TIME_WAIT is no descriptor's any more.
        let states = StateFlags::all() - StateFlags::TIME_WAIT;
        let families = [SocketId::new_v4(), SocketId::new_v6()];
        let found = families.map(|id| all(id, states.clone()).unwrap_or_default());
        let numbered = found.iter().flatten().map(|one| (one.inode.into(), one));
        let wanted = numbered.filter(|(inode, _)| inodes.contains(inode));
        wanted.filter_map(|(inode, one)| Some((inode, socket(one)?))).collect()
    }

    fn of_its_family(address: SocketAddr) -> SocketId {
        if address.is_ipv4() { SocketId::new_v4() } else { SocketId::new_v6() }
    }

    fn socket(found: &InetResponseHeader) -> Option<Socket> {
        let id = &found.socket_id;
        let state = State::from_number(found.state)?;
        let timer = match found.timer {
            Some(Timer::Retransmit(left, _) | Timer::KeepAlive(left) | Timer::Probe(left)) => left,
            Some(Timer::TimeWait) | None => Duration::ZERO,
        };
        // Of a listener this number is the backlog.
        let send_queue = if state == State::Listen { 0 } else { found.send_queue.into() };
        Some(Socket {
            local: SocketAddr::new(id.source_address, id.source_port),
            peer: SocketAddr::new(id.destination_address, id.destination_port),
            state,
            send_queue,
            receive_queue: found.recv_queue.into(),
            timer,
        })
    }

    /// All sockets in one of these states, and with the port that is asked for, if one is.
    fn all(id: SocketId, states: StateFlags) -> io::Result<Vec<InetResponseHeader>> {
        ask(NLM_F_REQUEST | NLM_F_DUMP, id, states)
    }

    fn ask(
        flags: u16,
        socket_id: SocketId,
        states: StateFlags,
    ) -> io::Result<Vec<InetResponseHeader>> {
        let family = if socket_id.source_address.is_ipv4() { AF_INET } else { AF_INET6 };
        let (protocol, extensions) = (IPPROTO_TCP, ExtensionFlags::empty());
        let request = InetRequest { family, protocol, extensions, states, socket_id };
        let mut header = NetlinkHeader::default();
        header.flags = flags;
        let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);

        let domain = Domain::from(libc::AF_NETLINK);
        let protocol = Protocol::from(libc::NETLINK_SOCK_DIAG);
        let mut socket = socket2::Socket::new(domain, Type::DGRAM, Some(protocol))?;
        socket.send(&bytes)?;

        let mut found = Vec::new();
        // The kernel fills at most so much at a time (netlink(7)).
        let mut datagram = vec![0; 32 * 1024];
        loop {
            let count = socket.read(&mut datagram)?;
            let mut rest = &datagram[..count];
            while !rest.is_empty() {
                let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest)
                    .map_err(io::Error::other)?;
                rest =
                    rest.get(message.header.length.next_multiple_of(4) as usize..).unwrap_or(&[]);
                match message.payload {
                    NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(one)) => {
                        found.push(one.header);
                        if flags & NLM_F_DUMP == 0 {
                            return Ok(found);
                        }
                    }
                    NetlinkPayload::Error(why) => return Err(why.to_io()),
                    NetlinkPayload::Done(_) => return Ok(found),
                    _ => {}
                }
            }
        }
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
            assert_eq!(with_peer(listed.clone(), client).map(|end| end.peer), Some(client));
            assert_eq!(with_peer(listed.clone(), server), None);
            let ours = |socket: &Socket| socket.state != State::TimeWait;
            let sorted = |mut sockets: Vec<Socket>| {
                sockets.retain(ours);
                sockets.sort_by_key(|socket| socket.peer);
                sockets
            };
            assert_eq!(sockets_at(server).map(sorted), Some(sorted(listed)));
            let end = socket_between(server, client).expect("the accepted end");
            assert_eq!((end.local, end.peer), (server, client));
            // There is a listener that would take such a client, and then not even that.
            let nobody = SocketAddr::new(server.ip(), 1);
            assert_eq!(socket_between(server, nobody), None);
            drop(listener);
            assert_eq!(socket_between(server, nobody), None);
        }
    }
}
