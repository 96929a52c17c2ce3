//! The sockets of the stage, looked at again and again.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::sockets::{Socket, listed};
use sock_diag::{ANY_V4, ANY_V6, Diag, Found, LISTEN};

use super::clock;
use super::told::{Listed, Told};

/// How often the sockets are looked at where no packet comes: queues change when a program reads.
const INTERVAL: Duration = Duration::from_millis(5);
/// The same where there is no connection.
const LONG_INTERVAL: Duration = Duration::from_millis(20);
/// Between two looks, however many packets there are.
const SHORTEST: Duration = Duration::from_micros(200);
/// A look that takes long is followed by a pause that's so many times as long.
const PAUSES: u32 = 3;

/// Connections that are asked for one by one. Where there are more, the list of all is read.
const MOST: usize = 100;

pub struct Looks {
    diag: Option<Diag>,
    /// The ends of each connection of which a packet was seen, the lower one first.
    connections: BTreeSet<(SocketAddr, SocketAddr)>,
    left: Vec<Socket>,
    /// Some of them have come since the last look.
    has_new: bool,
    before: Option<Vec<Socket>>,
    next: Instant,
    /// Not before that, not even for a packet.
    earliest: Instant,
    /// The kernel lists nothing.
    is_blind: bool,
}

impl Looks {
    pub fn new() -> Looks {
        let now = Instant::now();
        // Some kernels don't answer.
        let diag = Diag::open().ok();
        let diag = diag.and_then(|mut diag| listeners(&mut diag).map(|_| diag));
        let left = list().unwrap_or_default();
        Looks {
            diag,
            connections: left.iter().map(ends).collect(),
            left,
            has_new: false,
            before: None,
            next: now,
            earliest: now,
            is_blind: false,
        }
    }

    /// The sockets that were there when this began.
    pub fn left(&self) -> &[Socket] {
        &self.left
    }

    /// A packet was seen between these ends.
    pub fn expect(&mut self, one: SocketAddr, other: SocketAddr) {
        self.has_new |= self.connections.insert((one.min(other), one.max(other)));
    }

    /// Whether there's a connection that the last look didn't know of.
    pub fn has_missed(&self) -> bool {
        self.has_new && !self.is_blind
    }

    /// How long until the next look.
    pub fn pause(&self) -> Duration {
        self.next.saturating_duration_since(Instant::now())
    }

    /// Looks, if it's time for it or something has come, and makes of it what there is to tell: the sockets, if they
    /// have changed.
    pub fn look(&mut self, has_come: bool) -> Option<Told> {
        let started = Instant::now();
        let due = if has_come { self.earliest } else { self.next };
        if self.is_blind || started < due {
            return None;
        }
        self.look_again()
    }

    /// Looks, whenever the last time was.
    pub fn look_again(&mut self) -> Option<Told> {
        let started = Instant::now();
        self.has_new = false;
        let sockets = self.sockets();
        let at = clock();
        let cost = started.elapsed();
        self.earliest = Instant::now() + SHORTEST.max(cost * PAUSES);
        let interval = if self.connections.is_empty() { LONG_INTERVAL } else { INTERVAL };
        self.next = self.earliest.max(started + interval);
        let Some(sockets) = sockets else {
            self.is_blind = true;
            return Some(Told::Unseen);
        };
        if self.before.as_deref().is_some_and(|before| is_alike(before, &sockets)) {
            return None;
        }
        let told = sockets.iter().map(Listed::of).collect();
        self.before = Some(sockets);
        Some(Told::Sockets { at: u64::try_from(at.as_nanos()).unwrap_or(u64::MAX), sockets: told })
    }

    /// All TCP sockets of the namespace; `None` where the kernel doesn't list them.
    fn sockets(&mut self) -> Option<Vec<Socket>> {
        let Some(diag) = self.diag.as_mut().filter(|_| self.connections.len() <= MOST) else {
            return list();
        };
        let mut sockets = listeners(diag)?;
        self.connections.retain(|&(one, other)| {
            let count = sockets.len();
            sockets.extend(
                [(one, other), (other, one)]
                    .into_iter()
                    .filter_map(|(local, peer)| Some(diag.end(local, peer)?.socket)),
            );
            sockets.len() > count
        });
        Some(sockets)
    }
}

/// All sockets that listen; `None` where the kernel doesn't answer.
fn listeners(diag: &mut Diag) -> Option<Vec<Socket>> {
    let mut found = diag.all(ANY_V4, LISTEN).ok()?;
    // A kernel without IPv6 has none.
    found.extend(diag.all(ANY_V6, LISTEN).unwrap_or_default());
    Some(found.into_iter().map(|Found { socket, .. }| socket).collect())
}

fn ends(socket: &Socket) -> (SocketAddr, SocketAddr) {
    (socket.local.min(socket.peer), socket.local.max(socket.peer))
}

/// The timer alone is no difference: it runs all the time.
fn is_alike(before: &[Socket], now: &[Socket]) -> bool {
    let known = |socket: &Socket| {
        let Socket { local, peer, state, send_queue, receive_queue, .. } = *socket;
        (local, peer, state, send_queue, receive_queue)
    };
    before.iter().map(known).eq(now.iter().map(known))
}

/// All TCP sockets here; `None` where the kernel lists none.
pub fn list() -> Option<Vec<Socket>> {
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
