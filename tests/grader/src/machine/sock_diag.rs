//! Questions about TCP sockets over netlink: sock_diag(7), and `linux/inet_diag.h` for the numbers.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::Duration;

use common::sockets::{Socket, State};
use socket2::{Domain, Protocol, Type};

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_DUMP: u16 = 0x300;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
/// The length of a `nlmsghdr`.
const HEADER: usize = 16;

/// One bit a state.
const ALL_STATES: u32 = !0;
const LISTEN: u32 = 1 << 10;
const TIME_WAIT: u32 = 1 << 6;

const ANY_V4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
const ANY_V6: SocketAddr = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0);

/// Whether this kernel speaks sock_diag about TCP: it may lack the module, or forbid it.
pub fn answers() -> bool {
    static ANSWERS: LazyLock<bool> =
        LazyLock::new(|| ask(NLM_F_DUMP, ANY_V4, ANY_V4, LISTEN).is_ok());
    *ANSWERS
}

pub fn socket_between(local: SocketAddr, peer: SocketAddr) -> Option<Socket> {
    let found = ask(0, local, peer, ALL_STATES).ok()?;
    // Where there is no such connection, the kernel answers with a listener that would take it.
    found.into_iter().map(|(_, socket)| socket).find(|it| it.local == local && it.peer == peer)
}

pub fn sockets_at(local: SocketAddr) -> Vec<Socket> {
    sockets_in(ALL_STATES, local)
}

/// The kernel has listeners in a table of their own. That of all sockets has hundreds of thousands of places,
/// and takes a millisecond and more to look through.
pub fn listener_at(local: SocketAddr) -> Option<Socket> {
    sockets_in(LISTEN, local).into_iter().next()
}

fn sockets_in(states: u32, local: SocketAddr) -> Vec<Socket> {
    let any = if local.is_ipv4() { ANY_V4 } else { ANY_V6 };
    let port = SocketAddr::new(any.ip(), local.port());
    let found = ask(NLM_F_DUMP, port, any, states).unwrap_or_default();
    found.into_iter().map(|(_, socket)| socket).filter(|socket| socket.local == local).collect()
}

pub fn sockets_numbered(inodes: &[u64]) -> HashMap<u64, Socket> {
    // A socket in TIME_WAIT is no descriptor's any more.
    let all = |any| ask(NLM_F_DUMP, any, any, ALL_STATES & !TIME_WAIT).unwrap_or_default();
    let found = [ANY_V4, ANY_V6].into_iter().flat_map(all);
    found.filter(|(inode, _)| inodes.contains(inode)).collect()
}

/// The sockets in one of these states that the kernel finds, each with its number. With `NLM_F_DUMP` all that
/// have the port of `local`, if it has one; without, the one that takes what comes from `peer`.
fn ask(
    flags: u16,
    local: SocketAddr,
    peer: SocketAddr,
    states: u32,
) -> io::Result<Vec<(u64, Socket)>> {
    let (domain, protocol) =
        (Domain::from(libc::AF_NETLINK), Protocol::from(libc::NETLINK_SOCK_DIAG));
    let mut socket = socket2::Socket::new(domain, Type::DGRAM, Some(protocol))?;
    socket.send(&request(NLM_F_REQUEST | flags, local, peer, states))?;
    let mut found = Vec::new();
    // The kernel fills at most so much at a time (netlink(7)).
    let mut datagram = vec![0; 32 * 1024];
    loop {
        let count = socket.read(&mut datagram)?;
        let mut rest = &datagram[..count];
        while !rest.is_empty() {
            let fields = Fields(rest);
            let (length, kind) = (fields.u32(0)? as usize, fields.u16(4)?);
            let body = Fields(rest.get(HEADER..length).ok_or(ErrorKind::InvalidData)?);
            match kind {
                SOCK_DIAG_BY_FAMILY => found.extend(socket_in(body)?),
                NLMSG_ERROR => {
                    return Err(io::Error::from_raw_os_error(-body.u32(0)?.cast_signed()));
                }
                NLMSG_DONE => return Ok(found),
                _ => {}
            }
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        if flags & NLM_F_DUMP == 0 {
            return Ok(found);
        }
    }
}

/// A `nlmsghdr` and an `inet_diag_req_v2`.
fn request(flags: u16, local: SocketAddr, peer: SocketAddr, states: u32) -> Vec<u8> {
    const LENGTH: u32 = HEADER as u32 + 56;
    let family = if local.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    let mut bytes = Vec::new();
    bytes.extend(LENGTH.to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    // The number of the message, and the port, which the kernel gives.
    bytes.extend([0; 8]);
    bytes.extend([family as u8, libc::IPPROTO_TCP as u8, 0, 0]);
    bytes.extend(states.to_ne_bytes());
    bytes.extend(local.port().to_be_bytes());
    bytes.extend(peer.port().to_be_bytes());
    for end in [local, peer] {
        match end.ip() {
            IpAddr::V4(ip) => bytes.extend([&ip.octets()[..], &[0; 12]].concat()),
            IpAddr::V6(ip) => bytes.extend(ip.octets()),
        }
    }
    // Any interface, and INET_DIAG_NOCOOKIE.
    bytes.extend([0; 4]);
    bytes.extend([0xff; 8]);
    bytes
}

/// An `inet_diag_msg`. `None`: in a state that has no name.
fn socket_in(message: Fields) -> io::Result<Option<(u64, Socket)>> {
    let is_v4 = i32::from(message.u8(0)?) == libc::AF_INET;
    let Some(state) = State::from_number(message.u8(1)?) else { return Ok(None) };
    let end = |port, ip| -> io::Result<SocketAddr> {
        let ip: [u8; 16] = message.bytes(ip)?;
        let [a, b, c, d, ..] = ip;
        let ip = if is_v4 { Ipv4Addr::new(a, b, c, d).into() } else { Ipv6Addr::from(ip).into() };
        Ok(SocketAddr::new(ip, u16::from_be_bytes(message.bytes(port)?)))
    };
    let timer = match message.u8(2)? {
        // Sends again, keeps alive, probes; not TIME_WAIT.
        1 | 2 | 4 => Duration::from_millis(message.u32(52)?.into()),
        _ => Duration::ZERO,
    };
    // Of a listener this number is the backlog.
    let send_queue = if state == State::Listen { 0 } else { message.u32(60)?.into() };
    let (local, peer, receive_queue) = (end(4, 8)?, end(6, 24)?, message.u32(56)?.into());
    let socket = Socket { local, peer, state, send_queue, receive_queue, timer };
    Ok(Some((message.u32(68)?.into(), socket)))
}

/// The fields of a message, by their places in it.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn bytes<const N: usize>(self, at: usize) -> io::Result<[u8; N]> {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk());
        bytes.copied().ok_or_else(|| ErrorKind::InvalidData.into())
    }

    fn u8(self, at: usize) -> io::Result<u8> {
        self.bytes(at).map(|[byte]| byte)
    }

    fn u16(self, at: usize) -> io::Result<u16> {
        self.bytes(at).map(u16::from_ne_bytes)
    }

    fn u32(self, at: usize) -> io::Result<u32> {
        self.bytes(at).map(u32::from_ne_bytes)
    }
}
