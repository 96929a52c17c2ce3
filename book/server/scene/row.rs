//! What a scene shows: a row, with what happened in it and the states that the two ends of a conversation come into.

use std::time::Duration;

use common::sockets::State;

use super::packet::Packet;

/// The two ends of a conversation: the client is the one that has sent the SYN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Client,
    Server,
}

impl End {
    pub const BOTH: [End; 2] = [End::Client, End::Server];

    pub fn other(self) -> End {
        match self {
            End::Client => End::Server,
            End::Server => End::Client,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            End::Client => "client",
            End::Server => "server",
        }
    }
}

/// A state of one end, as a row shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub state: State,
    /// A look at the kernel has reported it; else it follows from the packets, or from what a program says.
    pub is_seen: bool,
    pub how: How,
}

/// How an end got into a state, where that makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As most do.
    Usual,
    /// Both ends have sent their FIN before the other's came.
    Crossing,
    /// The other end did not take the call.
    Refused,
    /// This end has sent a reset.
    Reset,
    /// This end was sent a reset.
    WasReset,
}

/// What a packet means in its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    Call,
    /// The server's program is the only one that runs, so the call is its own.
    OwnCall,
    CallAgain,
    Answer,
    AnswerAgain,
    /// The last packet of the handshake.
    Confirm,
    Data,
    DataAgain,
    /// Bytes for an end that has sent its FIN: it may have closed.
    DataAfterEnd,
    /// It acknowledges bytes that were not acknowledged before.
    Received,
    /// It acknowledges the FIN.
    ReceivedEnd,
    /// It acknowledges nothing new.
    Nothing,
    /// An empty packet before the next byte, to which the other kernel must answer.
    Probe,
    /// The FIN that comes first, and the other one.
    FirstEnd,
    SecondEnd,
    EndAgain,
    /// Nothing listens there.
    Refused,
    /// The program closed while so many bytes were seen unread.
    Unread(u64),
    /// The program gave up the connection, and the other end has sent bytes.
    GivenUp,
    /// The same, and there was nothing that it could have read.
    CutOff,
    /// An answer to a packet for a connection that is gone.
    Gone,
}

/// A queue in which something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// Written, and not acknowledged.
    Send,
    /// Arrived, and not read.
    Receive,
    /// Connections that are not accepted.
    Accept,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Start {
        program: usize,
        command: String,
    },
    /// Lines that follow each other.
    Lines {
        program: usize,
        stream: String,
        lines: Vec<String>,
    },
    Exit {
        program: usize,
        code: Option<i32>,
        signal: Option<i32>,
    },
    Packet {
        from: End,
        packet: Packet,
        sense: Sense,
    },
    /// Packets with data, and acknowledgments, that are not drawn one by one.
    More {
        packets: usize,
        bytes: usize,
    },
    /// Conversations that go on at the same time as those that are drawn, so many of them new, and what they send.
    Crowd {
        conversations: usize,
        packets: usize,
        bytes: usize,
    },
    /// The server's program has taken so many connections from its queue, and so many are left there.
    Accepted {
        count: u64,
        left: u64,
        /// A look at the kernel has found the queue shorter; else it follows from what the server sends.
        is_seen: bool,
    },
    /// So many connections of an earlier run are still in TIME_WAIT here.
    Left {
        end: End,
        count: usize,
    },
    /// A look at the kernel has found a state that no packet had announced.
    State,
    /// So much was seen waiting there, at most.
    Waiting {
        end: End,
        queue: Queue,
        amount: u64,
    },
    Pause(Duration),
    Note(Note),
}

/// What the book's own server says in a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It has stopped the run, because of this.
    Stopped(String),
    /// More has come than is kept of a run.
    Cut,
    /// More packets have come than are captured.
    Uncaptured,
    /// So many packets in all are missing in the capture.
    Lost(u64),
    /// A step of a check, in the words of its suite.
    Step(String),
    /// How a check has ended that was watched, and what is otherwise than before.
    Report { status: String, differs: Option<String> },
    /// The kernel doesn't list its sockets here.
    Unseen,
    /// A server is started again.
    Again,
    /// There is no more room in the scene.
    Full,
}

impl Note {
    /// The kind of its row.
    pub fn kind(&self) -> &'static str {
        match self {
            Note::Stopped(_) => "limit",
            Note::Cut | Note::Full => "cut",
            Note::Uncaptured => "uncaptured",
            Note::Lost(_) => "lost",
            Note::Step(_) => "step",
            Note::Report { .. } => "report",
            Note::Unseen => "unseen",
            Note::Again => "note",
        }
    }
}

/// One row of the scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub at: Duration,
    /// Its conversation's number, from 1, where there are several.
    pub conversation: Option<usize>,
    pub act: Act,
    /// The states into which the client's and the server's end come.
    pub states: [Option<Mark>; 2],
    /// Whether the ends have a connection, when it has happened.
    pub alive: [bool; 2],
    /// Whether the server's own program is at both ends.
    pub is_own_call: bool,
}
