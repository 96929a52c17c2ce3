//! The process that is the stage. It makes its namespace, and writes down what it sees there until its standard
//! input ends.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, IoSliceMut, Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::Failure;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use socket2::{Domain, Protocol, Type};

use super::clock;
use super::looks::Looks;
use super::told::{Listed, Told};
use super::{COMMAND, INSIDE, THIS_PROGRAM, link};
use crate::process::parent_death;
use crate::scene::packet::{MOST_PAYLOAD, Packet};

/// What is kept of a packet: the longest headers, and of its payload as much as a scene shows.
const KEPT: usize = 40 + 20 + 60 + MOST_PAYLOAD;

/// Packets that only carry data, or acknowledge some.
const MOST_ORDINARY: usize = 1000;
/// Packets that begin or end a connection. They are told even where there are too many others.
const MOST_SPECIAL: usize = 1000;
/// The bytes of payload of all of them.
const MOST_BYTES: usize = 64 * 1024;

/// Packets that are read before anything else is looked at.
const AT_ONCE: usize = 64;

/// A look that has missed a connection is taken again, so many times at most.
const MOST_LOOKS: usize = 4;

/// When so many were read in a row, there may have been more than could wait.
const MANY: usize = 50;

/// The kernel's own limit for what waits to be read is lower; a packet has up to 64 KiB.
const WAITING: usize = 4 * 1024 * 1024;

/// The protocols' numbers in an Ethernet frame (`linux/if_ether.h`). A socket for all protocols would see each
/// packet of the loopback device twice: when it leaves and when it arrives.
const ETH_P_IP: u16 = 0x0800;
const ETH_P_IPV6: u16 = 0x86dd;
const FAMILIES: [u16; 2] = [ETH_P_IP, ETH_P_IPV6];

/// `book stage SERVER`: becomes a stage for the server with this process id.
///
/// # Errors
///
/// There is no namespace to be had, or the server has ended.
pub fn run(words: &[OsString]) -> Result<(), Failure> {
    let [server, rest @ ..] = words else {
        return Err(Failure::new("cannot make a stage", "no server is named"));
    };
    // Twice, since `unshare` came in between.
    parent_death::tie(server)?;
    match rest {
        [] => unshare(server).map(|never| match never {}),
        [word] if word == INSIDE => inside(),
        _ => Err(Failure::new("cannot make a stage", "there are too many arguments")),
    }
}

/// Goes on as this same program in a network namespace, as the user whom that namespace takes for root.
fn unshare(server: &OsString) -> Result<Infallible, Failure> {
    let cannot = |why: io::Error| Failure::new("cannot start this program again", why);
    // By its descriptor, which `unshare` inherits: cargo may have replaced the file, and `/proc/self/exe` would be
    // `unshare` there.
    let program = File::open(THIS_PROGRAM).map_err(cannot)?;
    fcntl_setfd(&program, FdFlags::empty()).map_err(|why| cannot(why.into()))?;
    let why = Command::new("unshare")
        .args(["--map-root-user", "--net", "--"])
        .arg(format!("/proc/self/fd/{}", program.as_raw_fd()))
        .args([OsString::from(COMMAND), server.clone(), INSIDE.into()])
        .exec();
    if why.kind() == ErrorKind::NotFound {
        tell(&Told::NoCommand);
    }
    Err(Failure::new("cannot start unshare", why))
}

fn inside() -> Result<(), Failure> {
    link::bring_up().map_err(|why| Failure::new("cannot bring the loopback device up", why))?;
    let sockets = FAMILIES
        .into_iter()
        .map(packet_socket)
        .collect::<io::Result<Vec<_>>>()
        .map_err(|why| Failure::new("cannot see packets", why))?;
    let looks = Looks::new();
    tell(&Told::Ready(looks.left().iter().map(Listed::of).collect()));
    watch(&sockets, looks);
    Ok(())
}

fn packet_socket(protocol: u16) -> io::Result<socket2::Socket> {
    let protocol = Protocol::from(i32::from(protocol.to_be()));
    // Of the type DGRAM, a packet begins with its IP header (packet(7)).
    let socket = socket2::Socket::new(Domain::PACKET, Type::DGRAM, Some(protocol))?;
    // The time at which the kernel had a packet: this process may be late.
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    // With each packet, how many were dropped before it.
    setsockopt(&socket, sockopt::RxqOvfl, &1)?;
    socket.set_recv_buffer_size(WAITING)?;
    Ok(socket)
}

/// Tells what it sees, and of the marks that come in between, until there can be no more of these.
fn watch(sockets: &[socket2::Socket], mut looks: Looks) {
    // Without the buffer of `io::stdin`, in which marks would wait unseen.
    let Ok(mut stdin) = io::stdin().as_fd().try_clone_to_owned().map(File::from) else { return };
    let mut capture = Capture::default();
    let probes = [Probe::on("127.0.0.1:0"), Probe::on("[::1]:0")];
    let mut told = 0;
    loop {
        let mut wanted = vec![PollFd::new(&stdin, PollFlags::IN)];
        wanted.extend(sockets.iter().map(|socket| PollFd::new(socket, PollFlags::IN)));
        let Ok(pause) = looks.pause().try_into() else { return };
        match poll(&mut wanted, Some(&pause)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return,
        }
        let is_marked = !wanted[0].revents().is_empty();
        let has_come = wanted[1..].iter().any(|socket| !socket.revents().is_empty());
        // A mark and a look come first, and are told last: all packets before them are told before them.
        let mut marks = [0; 256];
        let marks = match is_marked.then(|| stdin.read(&mut marks)) {
            None => 0,
            Some(Ok(0) | Err(_)) => return,
            Some(Ok(count)) => count,
        };
        let mut look = looks.look(has_come);
        for _ in 0..MOST_LOOKS {
            let is_all = is_marked || look.is_some();
            for (place, socket) in sockets.iter().enumerate() {
                if capture.read(place, socket, is_all, &mut looks) > MANY {
                    probes[place].iter().for_each(Probe::send);
                }
            }
            // It didn't know of a connection whose first packets had come by then.
            if look.is_none() || !looks.has_missed() {
                break;
            }
            look = looks.look_again().or(look);
        }
        let lost = capture.lost.iter().map(|count| u64::from(*count)).sum();
        if lost > told {
            told = lost;
            tell(&Told::Lost(lost));
        }
        look.iter().for_each(tell);
        if marks > 0 {
            tell(&Told::Marks(marks));
        }
    }
}

/// What was dropped is told with the next packet that comes. Where many have waited, and some may have found no
/// room, this is the next one: a datagram to itself, which is no part of any scene.
struct Probe {
    socket: UdpSocket,
    own: SocketAddr,
}

impl Probe {
    /// `None` where there's no such family.
    fn on(address: &str) -> Option<Probe> {
        let socket = UdpSocket::bind(address).ok()?;
        let own = socket.local_addr().ok()?;
        Some(Probe { socket, own })
    }

    fn send(&self) {
        // It isn't read, so at some time there's no room for it.
        let _ = self.socket.send_to(&[], self.own);
    }
}

/// What was told of packets so far.
#[derive(Default)]
struct Capture {
    ordinary: usize,
    special: usize,
    bytes: usize,
    is_full: bool,
    /// What each socket has lost.
    lost: [u32; FAMILIES.len()],
}

impl Capture {
    /// Tells of the packets that have come, or if there are very many, and not all are asked for, of the first of
    /// them. Returns how many it has read.
    fn read(
        &mut self,
        place: usize,
        socket: &socket2::Socket,
        all: bool,
        looks: &mut Looks,
    ) -> usize {
        let mut number = 0;
        loop {
            let mut bytes = [0; KEPT];
            if number >= AT_ONCE && !all {
                return number;
            }
            let Ok(Received { count, at, lost }) = receive(socket, &mut bytes) else {
                return number;
            };
            number += 1;
            self.lost[place] = self.lost[place].max(lost);
            if let Some(packet) = Packet::read(at, &bytes[..count]) {
                looks.expect(packet.from, packet.to);
                self.tell(packet);
            }
        }
    }

    fn tell(&mut self, mut packet: Packet) {
        let is_special = packet.syn || packet.fin || packet.rst;
        let (count, most) = match is_special {
            true => (&mut self.special, MOST_SPECIAL),
            false => (&mut self.ordinary, MOST_ORDINARY),
        };
        if *count >= most {
            if !self.is_full {
                self.is_full = true;
                tell(&Told::Full);
            }
            return;
        }
        *count += 1;
        packet.payload.truncate(MOST_BYTES - self.bytes);
        self.bytes += packet.payload.len();
        tell(&Told::Packet(packet));
    }
}

/// A packet that has come.
struct Received {
    /// Its bytes, of a longer one those that are kept.
    count: usize,
    /// When it came, by [`clock`].
    at: Duration,
    /// How many its socket had dropped by then.
    lost: u32,
}

/// Reads a packet if there is one.
fn receive(socket: &socket2::Socket, bytes: &mut [u8]) -> nix::Result<Received> {
    let mut control = nix::cmsg_space!(TimeSpec, u32);
    let mut buffers = [IoSliceMut::new(bytes)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut buffers, Some(&mut control), flags)?;
    let (mut age, mut lost) = (Duration::ZERO, 0);
    for message in message.cmsgs()? {
        match message {
            // The kernel tells the time of day, which is set at times: so what counts is how long ago it was.
            ControlMessageOwned::ScmTimestampns(time) => {
                let then = UNIX_EPOCH + Duration::from(time);
                age = SystemTime::now().duration_since(then).unwrap_or_default();
            }
            ControlMessageOwned::RxqOvfl(count) => lost = count,
            _ => {}
        }
    }
    Ok(Received { count: message.bytes, at: clock().saturating_sub(age), lost })
}

/// Writes a line. When the server has gone, the end of standard input says so as well.
fn tell(told: &Told) {
    let Ok(mut line) = serde_json::to_vec(told) else { return };
    line.push(b'\n');
    let _ = io::stdout().lock().write_all(&line);
    let _ = io::stdout().flush();
}
