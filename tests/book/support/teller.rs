//! A story of packets that are made by hand.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use book::scene::event::{Event, Look};
use book::scene::packet::Packet;
use book::scene::row::{Act, End, Row, Sense};
use book::scene::story::Story;
use book::scene::words::{self, Words};
use catalog::Language;
use common::sockets::State;

pub const SERVER: u16 = 9090;
pub const CLIENT: u16 = 40001;

/// A story that is told packet by packet, a millisecond each.
#[derive(Default)]
pub struct Teller {
    pub story: Story,
    pub now: u64,
    /// The next sequence number of each port.
    pub next: HashMap<(u16, u16), u32>,
}

pub fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// The words of a scene in English.
pub fn english() -> &'static dyn Words {
    words::of(Language::English)
}

impl Teller {
    pub fn hears(&mut self, event: Event) -> Vec<usize> {
        self.now += 1;
        self.story.hear(Duration::from_millis(self.now), &event)
    }

    /// `flags` are letters: S, A, F and R.
    pub fn sends(&mut self, from: u16, to: u16, flags: &str, payload: &str) -> &Row {
        self.sends_bytes(from, to, flags, payload.as_bytes())
    }

    pub fn sends_bytes(&mut self, from: u16, to: u16, flags: &str, payload: &[u8]) -> &Row {
        let begin = self.next.get(&(from, to)).copied().unwrap_or(100);
        let acknowledged = self.next.get(&(to, from)).copied().unwrap_or(0);
        let packet = Packet {
            at: Duration::from_millis(self.now + 1),
            from: address(from),
            to: address(to),
            syn: flags.contains('S'),
            ack: flags.contains('A'),
            fin: flags.contains('F'),
            rst: flags.contains('R'),
            sequence: begin,
            acknowledged,
            window: 512,
            length: payload.len(),
            payload: payload.to_vec(),
        };
        let counted = u32::from(packet.syn) + u32::from(packet.fin) + payload.len() as u32;
        self.next.insert((from, to), begin.wrapping_add(counted));
        self.hears(Event::Packet(packet));
        self.story.rows().last().expect("a row")
    }

    /// The client sends.
    pub fn c(&mut self, flags: &str, payload: &str) -> &Row {
        self.sends(CLIENT, SERVER, flags, payload)
    }

    /// The server sends.
    pub fn s(&mut self, flags: &str, payload: &str) -> &Row {
        self.sends(SERVER, CLIENT, flags, payload)
    }

    /// The same packet again: its sequence number is by so much smaller.
    pub fn again(&mut self, from: u16, flags: &str, payload: &str, by: u32) -> Sense {
        let to = if from == SERVER { CLIENT } else { SERVER };
        let next = self.next.get_mut(&(from, to)).expect("it has sent");
        *next = next.wrapping_sub(by);
        sense(self.sends(from, to, flags, payload))
    }

    pub fn handshake(&mut self) {
        self.c("S", "");
        self.s("SA", "");
        self.c("A", "");
    }

    pub fn sees(&mut self, end: End, state: Option<State>, send: u64, receive: u64) -> Vec<usize> {
        let (local, peer) = match end {
            End::Client => (CLIENT, SERVER),
            End::Server => (SERVER, CLIENT),
        };
        let (local, peer) = (address(local), address(peer));
        self.hears(Event::Socket(Look { end, local, peer, state, send, receive }))
    }

    /// A look at both ends of the server's connection with a client at this port.
    pub fn sees_at(&mut self, port: u16, state: State) {
        for (end, local, peer) in [(End::Client, port, SERVER), (End::Server, SERVER, port)] {
            let (local, peer) = (address(local), address(peer));
            let state = Some(state);
            self.hears(Event::Socket(Look { end, local, peer, state, send: 0, receive: 0 }));
        }
    }

    /// A look at the server's listener, with so many connections that are not accepted.
    pub fn sees_listener(&mut self, state: Option<State>, waiting: u64) -> Vec<usize> {
        let (local, peer) = (address(SERVER), address(0));
        let end = End::Server;
        self.hears(Event::Socket(Look { end, local, peer, state, send: 0, receive: waiting }))
    }

    /// The states that each end has come into, in their order; `?` is behind those that no look has seen.
    pub fn states(&self, end: End) -> String {
        let marks = self.story.rows().iter().filter_map(|row| row.states[end as usize]);
        let names =
            marks.map(|mark| format!("{}{}", mark.state, if mark.is_seen { "" } else { "?" }));
        names.collect::<Vec<_>>().join(" ")
    }
}

pub fn sense(row: &Row) -> Sense {
    match row.act {
        Act::Packet { sense, .. } => sense,
        _ => panic!("no packet: {row:?}"),
    }
}
