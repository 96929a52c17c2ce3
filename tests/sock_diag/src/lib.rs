//! Questions to the kernel about TCP sockets: sock_diag(7), and `linux/inet_diag.h` for the numbers. (Linux)
//!
//! The kernel's table of all sockets is one for all namespaces. It has hundreds of thousands of places, and takes a
//! millisecond and more to look through. To ask for a connection whose ends are known takes microseconds, and
//! listeners have a table of their own.

#![cfg(target_os = "linux")]

use std::io::{self, ErrorKind, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use common::sockets::{Socket, State};
use socket2::{Domain, Protocol, Type};

const AF_NETLINK: i32 = 16;
const NETLINK_SOCK_DIAG: i32 = 4;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_DUMP: u16 = 0x300;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
/// The length of a `nlmsghdr`, and of an `inet_diag_req_v2`.
const HEADER: usize = 16;
const QUESTION: usize = 56;

/// States to ask for: one bit each.
pub const ALL_STATES: u32 = !0;
pub const LISTEN: u32 = 1 << 10;
pub const TIME_WAIT: u32 = 1 << 6;

/// Any address, and any port.
pub const ANY_V4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
pub const ANY_V6: SocketAddr = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0);

/// A socket that the kernel has found.
pub struct Found {
    pub socket: Socket,
    /// The number that `/proc/PID/fd` gives it: `socket:[NUMBER]`.
    pub inode: u64,
    /// What its timer is for: 0 nothing, 1 to send again, 2 to keep alive, 3 TIME_WAIT, 4 to probe.
    pub timer: u8,
}

/// The way to ask.
pub struct Diag {
    socket: socket2::Socket,
    answer: Vec<u8>,
}

impl Diag {
    /// # Errors
    ///
    /// This kernel has no such sockets.
    pub fn open() -> io::Result<Diag> {
        let (domain, protocol) = (Domain::from(AF_NETLINK), Protocol::from(NETLINK_SOCK_DIAG));
        let socket = socket2::Socket::new(domain, Type::DGRAM, Some(protocol))?;
        // The kernel fills at most so much at a time (netlink(7)).
        Ok(Diag { socket, answer: vec![0; 32 * 1024] })
    }

    /// The sockets in one of these states, of the family of `local` and with its port, if it has one.
    ///
    /// # Errors
    ///
    /// The kernel doesn't answer: it may lack the module, or forbid it.
    pub fn all(&mut self, local: SocketAddr, states: u32) -> io::Result<Vec<Found>> {
        let any = if local.is_ipv4() { ANY_V4 } else { ANY_V6 };
        self.ask(NLM_F_DUMP, SocketAddr::new(any.ip(), local.port()), any, states)
    }

    /// One end of a connection, if it's there.
    pub fn end(&mut self, local: SocketAddr, peer: SocketAddr) -> Option<Found> {
        let found = self.ask(0, local, peer, ALL_STATES).ok()?;
        // Where there is no such connection, the kernel answers with a listener that would take it.
        found.into_iter().find(|it| it.socket.local == local && it.socket.peer == peer)
    }

    /// The listener at this very address; with several (SO_REUSEPORT) it's one of them.
    pub fn listener(&mut self, local: SocketAddr) -> Option<Found> {
        // No connection has a peer with port 0. So it's the listener that would take one.
        let any = if local.is_ipv4() { ANY_V4 } else { ANY_V6 };
        let found = self.ask(0, local, any, LISTEN).ok()?;
        let is_it = |it: &Found| it.socket.state == State::Listen && it.socket.local == local;
        found.into_iter().find(is_it)
    }

    fn ask(
        &mut self,
        flags: u16,
        local: SocketAddr,
        peer: SocketAddr,
        states: u32,
    ) -> io::Result<Vec<Found>> {
        self.socket.send(&question(NLM_F_REQUEST | flags, local, peer, states))?;
        let mut found = Vec::new();
        loop {
            let count = self.socket.read(&mut self.answer)?;
            let mut rest = &self.answer[..count];
            while !rest.is_empty() {
                let fields = Fields(rest);
                let (length, kind) = (fields.u32(0)? as usize, fields.u16(4)?);
                let body = Fields(rest.get(HEADER..length).ok_or(ErrorKind::InvalidData)?);
                match kind {
                    SOCK_DIAG_BY_FAMILY => found.extend(found_in(body)?),
                    NLMSG_ERROR => {
                        let number = body.u32(0)?.cast_signed();
                        return Err(io::Error::from_raw_os_error(number.saturating_neg()));
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
}

/// A `nlmsghdr` and an `inet_diag_req_v2`.
fn question(flags: u16, local: SocketAddr, peer: SocketAddr, states: u32) -> Vec<u8> {
    let family = if local.is_ipv4() { AF_INET } else { AF_INET6 };
    let mut bytes = Vec::with_capacity(HEADER + QUESTION);
    bytes.extend(((HEADER + QUESTION) as u32).to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    // The number of the message, and the port, which the kernel gives.
    bytes.extend([0; 8]);
    bytes.extend([family, IPPROTO_TCP, 0, 0]);
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
fn found_in(message: Fields) -> io::Result<Option<Found>> {
    let is_v4 = message.u8(0)? == AF_INET;
    let Some(state) = State::from_number(message.u8(1)?) else { return Ok(None) };
    let end = |port, ip| -> io::Result<SocketAddr> {
        let ip: [u8; 16] = message.bytes(ip)?;
        let [a, b, c, d, ..] = ip;
        let ip = if is_v4 { Ipv4Addr::new(a, b, c, d).into() } else { Ipv6Addr::from(ip).into() };
        Ok(SocketAddr::new(ip, u16::from_be_bytes(message.bytes(port)?)))
    };
    let timer = message.u8(2)?;
    let left = match timer {
        0 => Duration::ZERO,
        _ => Duration::from_millis(message.u32(52)?.into()),
    };
    // Of a listener this number is the backlog.
    let send_queue = if state == State::Listen { 0 } else { message.u32(60)?.into() };
    let (local, peer, receive_queue) = (end(4, 8)?, end(6, 24)?, message.u32(56)?.into());
    let socket = Socket { local, peer, state, send_queue, receive_queue, timer: left };
    Ok(Some(Found { socket, inode: message.u32(68)?.into(), timer }))
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
