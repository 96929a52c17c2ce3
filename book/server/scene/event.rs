//! What a run can show: the words of its programs, packets, and looks at the kernel's sockets.

use std::net::SocketAddr;

use common::sockets::State;
use serde_json::Value;

use super::packet::Packet;
use super::row::{End, Note};

/// The kinds of a run's events that are drawn.
pub const DRAWN: [&str; 12] = [
    "start",
    "line",
    "exit",
    "packet",
    "sockets",
    "limit",
    "cut",
    "unseen",
    "uncaptured",
    "lost",
    "step",
    "report",
];

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
    /// So many connections of an earlier run are still in TIME_WAIT at this end.
    Left {
        end: End,
        count: usize,
    },
    Note(Note),
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

impl Event {
    /// What a run tells to pages in one of its events, which may be of several sockets.
    pub fn told(kind: &str, data: &Value) -> Vec<Event> {
        let one = |event: Option<Event>| event.into_iter().collect();
        let note = |note: Note| vec![Event::Note(note)];
        let text = |name: &str| data[name].as_str().map(str::to_owned);
        let program = || usize::try_from(data["program"].as_u64()?).ok();
        let number = |name: &str| i32::try_from(data[name].as_i64()?).ok();
        match kind {
            "start" => {
                one((|| Some(Event::Start { program: program()?, command: text("command")? }))())
            }
            "line" => one((|| {
                let (stream, text) = (text("stream")?, text("text")?);
                Some(Event::Line { program: program()?, stream, text })
            })()),
            "exit" => one((|| {
                let (code, signal) = (number("code"), number("signal"));
                Some(Event::Exit { program: program()?, code, signal })
            })()),
            "packet" => one(serde_json::from_value(data.clone()).ok().map(Event::Packet)),
            "sockets" => {
                let sockets = data["sockets"].as_array().map(Vec::as_slice).unwrap_or_default();
                let (left, own): (Vec<_>, Vec<_>) =
                    sockets.iter().partition(|socket| socket["earlier"] == true);
                let is_new = |at: End| {
                    left.iter()
                        .filter(move |one| one["before"].is_null() && one["end"] == at.name())
                };
                let left = End::BOTH.map(|end| (end, is_new(end).count())).into_iter();
                let left = left.filter(|(_, count)| *count > 0);
                let left: Vec<Event> =
                    left.map(|(end, count)| Event::Left { end, count }).collect();
                let own = own.into_iter().filter_map(Look::told).map(Event::Socket);
                left.into_iter().chain(own).collect()
            }
            "limit" => note(Note::Stopped(text("why").unwrap_or_default())),
            "cut" => note(Note::Cut),
            "uncaptured" => note(Note::Uncaptured),
            "lost" => note(Note::Lost(data["count"].as_u64().unwrap_or(0))),
            "step" => note(Note::Step(text("text").unwrap_or_default())),
            "report" => note(Note::Report {
                status: text("status").unwrap_or_default(),
                differs: text("differs"),
            }),
            "unseen" => note(Note::Unseen),
            _ => Vec::new(),
        }
    }
}

impl Look {
    /// A look as a run tells it, or a file.
    pub fn told(value: &Value) -> Option<Look> {
        let address = |name: &str| value[name].as_str()?.parse().ok();
        let state = value["state"].as_str()?;
        let known = || (1..=11).filter_map(State::from_number).find(|one| one.to_string() == state);
        Some(Look {
            end: End::BOTH.into_iter().find(|end| Some(end.name()) == value["end"].as_str())?,
            local: address("local")?,
            peer: address("peer")?,
            state: if state == "gone" { None } else { Some(known()?) },
            send: value["send"].as_u64()?,
            receive: value["receive"].as_u64()?,
        })
    }
}
