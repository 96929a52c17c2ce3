//! What a stage tells the server: one line of JSON each.

use std::net::SocketAddr;
use std::time::Duration;

use common::sockets::{Socket, State};
use serde::{Deserialize, Serialize};

use crate::scene::packet::Packet;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Programs may come. These sockets are there already: an earlier run has left them.
    Ready(Vec<Listed>),
    NoCommand,
    Packet(Packet),
    Full,
    /// So many packets in all could not be kept until they were read.
    Lost(u64),
    /// The time is in nanoseconds.
    Sockets {
        at: u64,
        sockets: Vec<Listed>,
    },
    Unseen,
    Marks(usize),
}

/// A socket: its ends, the number of its state, the bytes in its send queue and in its receive queue, and how many
/// milliseconds its timer has left.
#[derive(Serialize, Deserialize)]
pub struct Listed(SocketAddr, SocketAddr, u8, u64, u64, u64);

impl Listed {
    #[cfg(target_os = "linux")]
    pub fn of(socket: &Socket) -> Listed {
        let timer = u64::try_from(socket.timer.as_millis()).unwrap_or(u64::MAX);
        let Socket { local, peer, state, send_queue, receive_queue, .. } = *socket;
        Listed(local, peer, state as u8, send_queue, receive_queue, timer)
    }

    pub fn socket(self) -> Option<Socket> {
        let Listed(local, peer, state, send_queue, receive_queue, timer) = self;
        let state = State::from_number(state)?;
        let timer = Duration::from_millis(timer);
        Some(Socket { local, peer, state, send_queue, receive_queue, timer })
    }
}
