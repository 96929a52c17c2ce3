//! What the kernel says of TCP sockets that are asked for, instead of a list of all (sock_diag(7)).

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use common::sockets::Socket;
use sock_diag::{ALL_STATES, ANY_V4, ANY_V6, Diag, Found, LISTEN, TIME_WAIT};

/// Whether this kernel speaks sock_diag about TCP: it may lack the module, or forbid it.
pub fn answers() -> bool {
    static ANSWERS: LazyLock<bool> = LazyLock::new(|| all(ANY_V4, LISTEN).is_ok());
    *ANSWERS
}

pub fn socket_between(local: SocketAddr, peer: SocketAddr) -> Option<Socket> {
    Diag::open().ok()?.end(local, peer).map(socket)
}

pub fn sockets_at(local: SocketAddr) -> Vec<Socket> {
    let found = all(local, ALL_STATES).unwrap_or_default();
    found.into_iter().map(socket).filter(|socket| socket.local == local).collect()
}

pub fn listener_at(local: SocketAddr) -> Option<Socket> {
    Diag::open().ok()?.listener(local).map(socket)
}

pub fn sockets_numbered(inodes: &[u64]) -> HashMap<u64, Socket> {
    // A socket in TIME_WAIT is no descriptor's any more.
    numbered(inodes, ALL_STATES & !TIME_WAIT)
}

pub fn listeners_numbered(inodes: &[u64]) -> HashMap<u64, Socket> {
    numbered(inodes, LISTEN)
}

fn numbered(inodes: &[u64], states: u32) -> HashMap<u64, Socket> {
    let mut numbered = HashMap::new();
    for any in [ANY_V4, ANY_V6] {
        // To look through all of a family takes long. Most programs have sockets of one.
        if numbered.len() < inodes.len() {
            let found = all(any, states).unwrap_or_default().into_iter();
            let its = found.filter(|it| inodes.contains(&it.inode));
            numbered.extend(its.map(|it| (it.inode, socket(it))));
        }
    }
    numbered
}

fn all(local: SocketAddr, states: u32) -> io::Result<Vec<Found>> {
    Diag::open()?.all(local, states)
}

/// Without the timer of TIME_WAIT, as `sockets.rs` has it.
fn socket(Found { socket, timer, .. }: Found) -> Socket {
    // Sends again, keeps alive, probes.
    let left = if matches!(timer, 1 | 2 | 4) { socket.timer } else { Duration::ZERO };
    Socket { timer: left, ..socket }
}
