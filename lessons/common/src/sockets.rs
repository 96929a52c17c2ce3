//! The kernel's view of TCP sockets, where the system lets a program read it.
//!
//! Linux lists its sockets in `/proc/net/tcp` and `/proc/net/tcp6` (proc_net(5)); other
//! systems have no such files, so there the answer is `None`: not available, never a
//! guess.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Display};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

/// One TCP socket as the kernel lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    pub local: SocketAddr,
    pub peer: SocketAddr,
    pub state: State,
    /// Bytes written by the program that the peer's kernel has not acknowledged.
    pub send_queue: u64,
    /// Bytes that arrived and that the program has not read. For a listener: connections
    /// that wait for `accept`.
    pub receive_queue: u64,
    /// How long until the kernel does something by itself: sends again, probes, or ends
    /// TIME_WAIT.
    pub timer: Duration,
}

/// The states of RFC 9293 §3.3.2, with Linux's numbers (include/net/tcp_states.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Established = 1,
    SynSent,
    SynReceived,
    FinWait1,
    FinWait2,
    TimeWait,
    Closed,
    CloseWait,
    LastAck,
    Listen,
    Closing,
}

/// The states in the order of their numbers, from 1, with the names that Linux gives
/// them.
const STATES: [(State, &str); 11] = [
    (State::Established, "ESTABLISHED"),
    (State::SynSent, "SYN_SENT"),
    (State::SynReceived, "SYN_RECV"),
    (State::FinWait1, "FIN_WAIT1"),
    (State::FinWait2, "FIN_WAIT2"),
    (State::TimeWait, "TIME_WAIT"),
    (State::Closed, "CLOSE"),
    (State::CloseWait, "CLOSE_WAIT"),
    (State::LastAck, "LAST_ACK"),
    (State::Listen, "LISTEN"),
    (State::Closing, "CLOSING"),
];

impl State {
    /// The state that the kernel's lists write as this number.
    pub fn from_number(number: u8) -> Option<State> {
        // 12 is NEW_SYN_RECV, a request that the listener has not yet turned into a
        // socket.
        let number = if number == 12 { State::SynReceived as u8 } else { number };
        STATES.get(usize::from(number).checked_sub(1)?).map(|(state, _)| *state)
    }
}

impl Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(STATES[*self as usize - 1].1)
    }
}

/// All sockets whose own end is this address: a listener and all that it has accepted, or
/// one end of a connection. `None` where the kernel does not list them.
pub fn sockets_at(local: SocketAddr) -> Option<Vec<Socket>> {
    let own = format!(": {} ", field(local));
    Some(sockets(&list(local)?, &own))
}

/// The same, and the other ends of the connections that are within this machine.
pub fn sockets_around(address: SocketAddr) -> Option<Vec<Socket>> {
    let either = format!(" {} ", field(address));
    Some(sockets(&list(address)?, &either))
}

/// Both ends of a connection within this machine, as they were at one moment; `None`
/// where one of them is gone, or where the kernel does not say.
pub fn both_ends(one: SocketAddr, other: SocketAddr) -> Option<[Socket; 2]> {
    both_ends_in(|| sockets_around(one), one, other)
}

/// A socket that is missing may have been passed over (see [`sockets`]): it is gone if it
/// is missing each time.
fn both_ends_in(
    mut look: impl FnMut() -> Option<Vec<Socket>>,
    one: SocketAddr,
    other: SocketAddr,
) -> Option<[Socket; 2]> {
    (0..3).find_map(|_| {
        let sockets = look()?;
        let end = |ends| sockets.iter().find(|it| (it.local, it.peer) == ends).cloned();
        Some([end((one, other))?, end((other, one))?])
    })
}

fn list(address: SocketAddr) -> Option<String> {
    of_linux(if address.is_ipv4() { "/proc/net/tcp" } else { "/proc/net/tcp6" })
}

/// What Linux says in a file of `/proc`. Windows has no such file, but Wine, where its
/// programs run on Linux, lets them read Linux's.
fn of_linux(file: &str) -> Option<String> {
    if cfg!(windows) { None } else { fs::read_to_string(file).ok() }
}

/// The sockets in the lines that contain this. (A busy machine has tens of thousands in
/// TIME_WAIT, so only those lines are parsed.)
///
/// The kernel writes its list in parts while sockets come and go: it may write one
/// of them twice, or pass one over.
fn sockets(list: &str, part: &str) -> Vec<Socket> {
    let mut seen = HashSet::new();
    let new = list.lines().filter(|line| line.contains(part)).filter(|line| {
        // Its ends and its number (0 in TIME_WAIT, where no other has the same ends), not
        // its place.
        let mut fields = line.split_whitespace().skip(1);
        seen.insert([fields.next(), fields.next(), fields.nth(6)])
    });
    new.filter_map(listed).collect()
}

/// The sockets with these numbers, as the descriptors' names in `/proc/PID/fd` give them:
/// `socket:[NUMBER]`. The lists are read once for all.
pub fn sockets_numbered(inodes: &[u64]) -> HashMap<u64, Socket> {
    let lists = ["/proc/net/tcp", "/proc/net/tcp6"].map(of_linux);
    let numbered = |line: &str| {
        let inode = line.split_whitespace().nth(9)?.parse().ok()?;
        inodes.contains(&inode).then(|| Some((inode, listed(line)?)))?
    };
    lists.iter().flatten().flat_map(|list| list.lines().filter_map(numbered)).collect()
}

/// The ports from which the kernel picks when a program asks for none (ip(7),
/// ip_local_port_range).
pub fn ephemeral_ports() -> Option<RangeInclusive<u16>> {
    let range = of_linux("/proc/sys/net/ipv4/ip_local_port_range")?;
    let mut ends = range.split_whitespace().map(str::parse);
    Some(ends.next()?.ok()?..=ends.next()?.ok()?)
}

/// The kernel tells programs the time in hundredths of a second, whatever its own clock
/// (time(7)).
const TICK: Duration = Duration::from_millis(10);

/// The socket in a line such as `0: 0100007F:2382 00000000:0000 0A 00000000:00000000
/// 00:00000000 …` (proc_net(5)). The title line has none.
pub fn listed(line: &str) -> Option<Socket> {
    let mut fields = line.split_whitespace().skip(1);
    let local = address(fields.next()?)?;
    let peer = address(fields.next()?)?;
    let state = State::from_number(u8::from_str_radix(fields.next()?, 16).ok()?)?;
    let (send, receive) = fields.next()?.split_once(':')?;
    let (_, ticks) = fields.next()?.split_once(':')?;
    Some(Socket {
        local,
        peer,
        state,
        send_queue: u64::from_str_radix(send, 16).ok()?,
        receive_queue: u64::from_str_radix(receive, 16).ok()?,
        timer: TICK.saturating_mul(u32::from_str_radix(ticks, 16).ok()?),
    })
}

/// An address as the kernel prints it: 32-bit words in the machine's own byte order, then
/// the port as a number.
pub fn field(address: SocketAddr) -> String {
    let octets = match address.ip() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    let (words, _) = octets.as_chunks();
    let words = words.iter().map(|word| format!("{:08X}", u32::from_ne_bytes(*word)));
    format!("{}:{:04X}", words.collect::<String>(), address.port())
}

fn address(text: &str) -> Option<SocketAddr> {
    let (words, port) = text.split_once(':')?;
    let octets: Vec<u8> = words
        .as_bytes()
        .chunks(8)
        .map(|word| u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok())
        .collect::<Option<Vec<u32>>>()?
        .into_iter()
        .flat_map(u32::to_ne_bytes)
        .collect();
    let ip: IpAddr = match octets.len() {
        4 => Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?).into(),
        16 => Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?).into(),
        _ => return None,
    };
    let address = SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?);
    // Numbers that are cut short or have a sign could be read too, but the kernel writes
    // none.
    (field(address) == text).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_line_of_proc_net_tcp() {
        if cfg!(target_endian = "big") {
            return;
        }
        let line = "   5: 0100007F:2382 0200007F:BB04 06 00000010:0000000A 03:000012C4 00000000     0        0 0 3";
        let socket = listed(line).expect("a socket");
        assert_eq!(socket.local, "127.0.0.1:9090".parse().unwrap());
        assert_eq!(socket.peer, "127.0.0.2:47876".parse().unwrap());
        assert_eq!(
            (socket.state, socket.send_queue, socket.receive_queue),
            (State::TimeWait, 16, 10)
        );
        assert_eq!(socket.timer, Duration::from_millis(48_040));
        assert_eq!(
            listed("  sl  local_address rem_address   st tx_queue rx_queue"),
            None
        );
    }

    #[test]
    fn a_socket_that_is_listed_twice_is_one() {
        let line = |place, peer, number| {
            let rest = format!("01 0:{place} 00:00000000 00000000 0 0 {number} 1");
            format!("  {place}: 0100007F:2382 {peer} {rest}\n")
        };
        let list = [
            line(1, "0100007F:A001", 7),
            line(2, "0100007F:A001", 7),
            line(3, "0100007F:A001", 8),
            line(4, "0100007F:A002", 8),
        ];
        let queues = sockets(&list.concat(), "0100007F:2382")
            .into_iter()
            .map(|it| it.receive_queue);
        assert_eq!(queues.collect::<Vec<_>>(), [1, 3, 4]);
    }

    #[test]
    fn an_end_that_is_passed_over_is_looked_for_again() {
        let [one, other] =
            ["127.0.0.1:9090", "127.0.0.1:40961"].map(|text| text.parse().unwrap());
        let line = |local, peer| {
            format!("  1: {} {} 01 0:0 00:0 0 0 0 7 1\n", field(local), field(peer))
        };
        let (near, far) = (line(one, other), line(other, one));
        let found = |lists: &[&str]| {
            let mut lists = lists.iter();
            both_ends_in(|| lists.next().map(|list| sockets(list, "")), one, other)
                .map(|ends| ends.map(|end| end.local))
        };
        let both = near.clone() + &far;
        assert_eq!(found(&[&both]), Some([one, other]));
        assert_eq!(found(&[&near, &far, &both]), Some([one, other]));
        assert_eq!(found(&[&near, &near, &near, &both]), None);
    }

    #[test]
    fn states_have_the_numbers_and_names_of_linux() {
        let named = |number| State::from_number(number).map(|state| state.to_string());
        let names: Vec<_> =
            (0..=13).map(|number| named(number).unwrap_or_default()).collect();
        assert_eq!(
            names.join(" "),
            " ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK \
             LISTEN CLOSING SYN_RECV "
        );
    }

    #[test]
    fn addresses_are_printed_as_the_kernel_does() {
        for text in ["127.0.0.1:9090", "[::1]:9090", "[2001:db8::7]:80", "0.0.0.0:0"] {
            let parsed: SocketAddr = text.parse().expect("an address");
            assert_eq!(address(&field(parsed)), Some(parsed));
        }
        if cfg!(target_endian = "little") {
            assert_eq!(field("127.0.0.1:80".parse().unwrap()), "0100007F:0050");
            assert_eq!(
                field("[::1]:9090".parse().unwrap()),
                "00000000000000000000000001000000:2382"
            );
        }
    }

    #[test]
    fn what_the_kernel_does_not_write_is_no_address() {
        for text in
            ["0100007F:B04", "100007F:2382", "+100007F:2382", "0100007f:2382", "你:2382"]
        {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_socket_is_found_by_its_number() {
        use std::os::fd::AsRawFd;
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let name = format!("/proc/self/fd/{}", listener.as_raw_fd());
        let link = fs::read_link(name).expect("a descriptor of ours");
        let link = link.to_str().expect("plain text");
        let number =
            link.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
        let number: u64 =
            number.and_then(|number| number.parse().ok()).expect("its number");
        let found = sockets_numbered(&[number]);
        assert_eq!(found.keys().collect::<Vec<_>>(), [&number]);
        assert_eq!(found[&number].local, listener.local_addr().expect("an address"));
        assert_eq!(found[&number].state, State::Listen);
    }

    #[test]
    fn sockets_of_ours_are_listed() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let local = listener.local_addr().expect("an address");
        let client = TcpStream::connect(local).expect("a connection");
        let client = client.local_addr().expect("an address");
        let sockets = sockets_at(local);
        assert!(
            sockets.is_some() || !cfg!(target_os = "linux"),
            "Linux lists its sockets"
        );
        if let Some(sockets) = sockets {
            assert!(sockets.iter().any(|socket| socket.state == State::Listen));
            assert!(sockets.iter().any(|socket| socket.peer == client));
            let around = sockets_around(local).expect("as before");
            let ends: Vec<_> =
                around.iter().map(|socket| (socket.local, socket.peer)).collect();
            assert!(ends.contains(&(client, local)) && ends.contains(&(local, client)));
            // Other programs may have left theirs on this port before.
            let alive = around.iter().filter(|socket| socket.state != State::TimeWait);
            assert_eq!(alive.count(), 3, "the listener and two ends: {around:?}");
            let [near, far] =
                both_ends(client, local).expect("both ends of the connection");
            assert_eq!((near.local, near.peer), (client, local));
            assert_eq!((far.local, far.peer), (local, client));
        }
    }
}
