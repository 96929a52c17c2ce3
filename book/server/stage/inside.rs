//! The process that is the stage. It makes its namespace, and writes down what it sees there until its standard
//! input ends.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use common::Failure;
use common::sockets::{Socket, listed};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{FdFlags, fcntl_setfd};
use socket2::{Domain, Protocol, Type};

use super::clock;
use super::told::{Listed, Told};
use super::{COMMAND, link};
use crate::process::parent_death;
use crate::scene::packet::{MOST_PAYLOAD, Packet};

/// The word behind the server's id with which `unshare` starts us.
const INSIDE: &str = "inside";

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

/// The kernel's own limit for what waits to be read is lower; a packet has up to 64 KiB.
const WAITING: usize = 4 * 1024 * 1024;

/// The protocols' numbers in an Ethernet frame (`linux/if_ether.h`). A socket for all protocols would see each
/// packet of the loopback device twice: when it leaves and when it arrives.
const ETH_P_IP: u16 = 0x0800;
const ETH_P_IPV6: u16 = 0x86dd;

/// How often the sockets are looked at where no packet comes: queues change when a program reads.
const INTERVAL: Duration = Duration::from_millis(5);
/// Between two looks, however many packets there are.
const SHORTEST: Duration = Duration::from_micros(500);
/// A look that takes long is followed by a pause that's so many times as long.
const PAUSES: u32 = 3;

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
    let program = File::open("/proc/self/exe").map_err(cannot)?;
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
    let sockets = [ETH_P_IP, ETH_P_IPV6]
        .into_iter()
        .map(packet_socket)
        .collect::<io::Result<Vec<_>>>()
        .map_err(|why| Failure::new("cannot see packets", why))?;
    let (look, looks) = mpsc::sync_channel(1);
    thread::spawn(move || watch_sockets(&looks));
    tell(&Told::Ready);
    watch_packets(sockets, &look);
    Ok(())
}

fn packet_socket(protocol: u16) -> io::Result<socket2::Socket> {
    let protocol = Protocol::from(i32::from(protocol.to_be()));
    // Of the type DGRAM, a packet begins with its IP header (packet(7)).
    let socket = socket2::Socket::new(Domain::PACKET, Type::DGRAM, Some(protocol))?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(WAITING)?;
    Ok(socket)
}

/// Tells of packets, and of the marks that come in between, until there can be no more of these.
fn watch_packets(mut sockets: Vec<socket2::Socket>, look: &SyncSender<()>) {
    // Without the buffer of `io::stdin`, in which marks would wait unseen.
    let Ok(mut stdin) = io::stdin().as_fd().try_clone_to_owned().map(File::from) else { return };
    let mut capture = Capture::default();
    loop {
        let mut wanted = vec![PollFd::new(&stdin, PollFlags::IN)];
        wanted.extend(sockets.iter().map(|socket| PollFd::new(socket, PollFlags::IN)));
        match poll(&mut wanted, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
        let is_marked = !wanted[0].revents().is_empty();
        // Read before the packets: each of those that came before a mark is told before it.
        let mut marks = [0; 256];
        let marks = match is_marked.then(|| stdin.read(&mut marks)) {
            None => 0,
            Some(Ok(0) | Err(_)) => return,
            Some(Ok(count)) => count,
        };
        let mut has_some = false;
        for socket in &mut sockets {
            has_some |= capture.read(socket, is_marked);
        }
        if has_some {
            // Where one is asked for already, it's enough.
            let _ = look.try_send(());
        }
        if marks > 0 {
            tell(&Told::Marks(marks));
        }
    }
}

/// What was told of packets so far.
#[derive(Default)]
struct Capture {
    ordinary: usize,
    special: usize,
    bytes: usize,
    is_full: bool,
}

impl Capture {
    /// Tells of the packets that have come, or if there are very many, and not all are asked for, of the first of
    /// them.
    fn read(&mut self, socket: &mut socket2::Socket, all: bool) -> bool {
        let mut packet = [0; KEPT];
        let mut has_some = false;
        for number in 0.. {
            if number >= AT_ONCE && !all {
                break;
            }
            // The rest of a longer packet is dropped.
            let Ok(count) = socket.read(&mut packet) else { break };
            has_some = true;
            if let Some(packet) = Packet::read(clock(), &packet[..count]) {
                self.tell(packet);
            }
        }
        has_some
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

/// Tells of the namespace's sockets whenever they have changed.
fn watch_sockets(looks: &Receiver<()>) {
    let mut before = Vec::new();
    loop {
        let started = Instant::now();
        let Some(sockets) = sockets() else {
            return tell(&Told::Unseen);
        };
        let at = clock();
        if !is_alike(&before, &sockets) {
            let at = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
            tell(&Told::Sockets { at, sockets: sockets.iter().map(Listed::of).collect() });
            before = sockets;
        }
        let pause = SHORTEST.max(started.elapsed() * PAUSES);
        thread::sleep(pause);
        match looks.recv_timeout(INTERVAL.saturating_sub(pause)) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The timer alone is no difference: it runs all the time.
fn is_alike(before: &[Socket], now: &[Socket]) -> bool {
    let known = |socket: &Socket| {
        let Socket { local, peer, state, send_queue, receive_queue, .. } = *socket;
        (local, peer, state, send_queue, receive_queue)
    };
    before.iter().map(known).eq(now.iter().map(known))
}

/// All TCP sockets of the namespace; `None` where the kernel doesn't list them.
fn sockets() -> Option<Vec<Socket>> {
    let v4 = fs::read_to_string("/proc/net/tcp").ok()?;
    // A kernel without IPv6 has no such list.
    let v6 = fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
    let mut sockets: Vec<Socket> = Vec::new();
    for socket in v4.lines().chain(v6.lines()).filter_map(listed) {
        // The kernel writes its list in parts while sockets come and go, so it may write one twice.
        let is_same = |one: &Socket| (one.local, one.peer) == (socket.local, socket.peer);
        if !sockets.iter().any(is_same) {
            sockets.push(socket);
        }
    }
    Some(sockets)
}

/// Writes a line. When nobody reads any more, the end of standard input says so as well.
fn tell(told: &Told) {
    let Ok(mut line) = serde_json::to_vec(told) else { return };
    line.push(b'\n');
    let _ = io::stdout().lock().write_all(&line);
    let _ = io::stdout().flush();
}
