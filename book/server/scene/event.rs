//! What a run can show: the words of its programs, packets, and looks at the kernel's sockets.

use std::net::SocketAddr;

use common::sockets::State;

use super::packet::Packet;
use super::story::End;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Start {
        program: usize,
        command: String,
    },
    Line {
        program: usize,
        stream: String,
        text: String,
    },
    Exit {
        program: usize,
        code: Option<i32>,
        signal: Option<i32>,
    },
    Packet(Packet),
    Socket(Look),
    /// Words of the book's own server, such as the reason for which it has stopped the run.
    Note(String),
}

/// One socket, as the kernel listed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub end: End,
    pub local: SocketAddr,
    pub peer: SocketAddr,
    /// `None` when it is not listed any more.
    pub state: Option<State>,
    /// Bytes that the program has written and the other kernel has not acknowledged.
    pub send: u64,
    /// Bytes that have arrived and are not read; for a listener, connections that are not accepted.
    pub receive: u64,
}
