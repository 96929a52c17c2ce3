//! Recorded scenes: files of events, in `chapters/scenes/`, which the suite makes and compares with what happens.
//!
//! In a file, ports, sequence numbers and times are the same whenever it's recorded: the server is at port 9090,
//! clients have the ports from 40001 on, sequences begin at 0, and only a pause that a reader would notice takes
//! its time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use catalog::Language;
use common::sockets::State;
use serde_json::{Value, json};

use super::event::{Event, Look};
use super::html::Cast;
use super::packet::{Packet, hexadecimal};
use super::row::{End, Note};
use super::story::Story;
use super::words::{self, Words};
use crate::source::paths;

/// Where they are, from the directory of the chapters.
pub const SCENES: &str = "scenes";

const SERVER_PORT: u16 = 9090;
const FIRST_CLIENT_PORT: u16 = 40001;

/// A shorter pause is none to a reader.
const PAUSE: Duration = Duration::from_millis(300);

/// Pauses are rounded to this.
const HALF_A_SECOND: f64 = 0.5;

/// What is between any two events else.
const STEP: Duration = Duration::from_millis(1);

/// A run that was recorded.
pub struct Recording {
    pub cast: Cast,
    pub events: Vec<(Duration, Event)>,
}

impl Recording {
    /// The scene of this name among the chapters, which are in `src` of the workspace.
    ///
    /// # Errors
    ///
    /// There is no such file, or it cannot be read.
    pub fn named(root: &Path, src: &Path, name: &str) -> Result<Recording, String> {
        let file = root.join(src).join(SCENES).join(name).with_extension("json");
        Recording::read(&paths::text_below(root, &file)?)
    }

    /// Reads a file of `chapters/scenes/`.
    ///
    /// # Errors
    ///
    /// It is not what [`Recording::text`] writes.
    pub fn read(text: &str) -> Result<Recording, String> {
        let value: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
        let list = |name: &str| value[name].as_array().ok_or(format!("no list {name:?}"));
        let programs = list("programs")?
            .iter()
            .map(|one| Some((one["name"].as_str()?.to_owned(), one["role"].as_str()?.to_owned())));
        let programs: Option<Vec<_>> = programs.collect();
        let cast = Cast { programs: programs.ok_or("a program without name or role")? };
        let events = list("events")?.iter().enumerate().map(|(place, value)| {
            event(value).ok_or_else(|| format!("event {} cannot be read: {value}", place + 1))
        });
        Ok(Recording { cast, events: events.collect::<Result<_, _>>()? })
    }

    /// The file's text: an event a line.
    pub fn text(&self) -> String {
        let programs = self.cast.programs.iter();
        let programs: Vec<Value> =
            programs.map(|(name, role)| json!({ "name": name, "role": role })).collect();
        let events: Vec<String> = self.events.iter().map(|(at, one)| line(*at, one)).collect();
        let programs = json!(programs);
        format!("{{\"programs\": {programs},\n\"events\": [\n{}\n]}}\n", events.join(",\n"))
    }

    pub fn story(&self) -> Story {
        Story::of(&self.events)
    }

    /// The same with ports, sequences and times that do not depend on when it was recorded. `here` is the path of
    /// the workspace, which a program may print.
    pub fn normal(mut self, here: &str) -> Recording {
        let ports = self.ports();
        let here = format!("{here}/");
        let words = |text: &mut String| *text = replaced(&text.replace(&here, ""), &ports);
        let address = |address: &mut SocketAddr| {
            address.set_port(ports.get(&address.port()).copied().unwrap_or(address.port()));
        };
        let mut begins: BTreeMap<(SocketAddr, SocketAddr), u32> = BTreeMap::new();
        let (mut last, mut now) = (Duration::ZERO, Duration::ZERO);
        for (at, event) in &mut self.events {
            let pause = at.saturating_sub(last);
            last = *at;
            now += if pause < PAUSE {
                STEP
            } else {
                let halves = (pause.as_secs_f64() / HALF_A_SECOND).round().max(1.0);
                Duration::from_secs_f64(halves * HALF_A_SECOND)
            };
            *at = now;
            match event {
                Event::Start { command, .. } => {
                    words(command);
                    // It leaves the choice to the kernel.
                    let chosen = command.split(' ').map(|word| match word.strip_suffix(":0") {
                        Some(host) => format!("{host}:{SERVER_PORT}"),
                        None => word.to_owned(),
                    });
                    *command = chosen.collect::<Vec<_>>().join(" ");
                }
                Event::Line { text, .. } => words(text),
                Event::Exit { .. } | Event::Left { .. } | Event::Note(_) => {}
                Event::Socket(look) => {
                    address(&mut look.local);
                    address(&mut look.peer);
                }
                Event::Packet(packet) => {
                    packet.at = now;
                    address(&mut packet.from);
                    address(&mut packet.to);
                    let (from, to) = (packet.from, packet.to);
                    if packet.syn {
                        begins.insert((from, to), packet.sequence);
                    }
                    let begin = |ends| begins.get(&ends).copied().unwrap_or(0);
                    packet.sequence = packet.sequence.wrapping_sub(begin((from, to)));
                    if packet.ack {
                        packet.acknowledged = packet.acknowledged.wrapping_sub(begin((to, from)));
                    }
                }
            }
        }
        self
    }

    /// The port that each one becomes: listeners' first, then clients' in the order of their calls.
    fn ports(&self) -> BTreeMap<u16, u16> {
        let mut ports = BTreeMap::new();
        let mut next = [SERVER_PORT, FIRST_CLIENT_PORT];
        let mut name = |port: u16, end: End| {
            ports.entry(port).or_insert_with(|| {
                let next = &mut next[usize::from(end == End::Client)];
                *next += 1;
                *next - 1
            });
        };
        for (_, event) in &self.events {
            match event {
                Event::Packet(packet) if packet.syn && !packet.ack => {
                    name(packet.to.port(), End::Server);
                    name(packet.from.port(), End::Client);
                }
                Event::Socket(look) if look.state == Some(State::Listen) => {
                    name(look.local.port(), End::Server);
                }
                _ => {}
            }
        }
        ports
    }

    /// What must be the same in each capture of this scene: of each end of each conversation the packets that carry
    /// or say something, in their order; of each program its output and its end. How many packets only acknowledge,
    /// which of two ends that do not wait for each other is faster, how often the same is said in a row, and when the
    /// kernel was looked at, is chance. So
    /// it is whether an end has finished before it was sent a reset.
    pub fn essence(&self) -> String {
        let mut ends: Vec<((SocketAddr, SocketAddr), Vec<String>)> = Vec::new();
        let mut programs: BTreeMap<usize, String> = BTreeMap::new();
        for (_, event) in &self.events {
            match event {
                Event::Packet(packet) => {
                    let (from, to) = (packet.from, packet.to);
                    let place = ends.iter().position(|(known, _)| *known == (from, to));
                    let place = place.unwrap_or_else(|| {
                        ends.push(((from, to), Vec::new()));
                        ends.len() - 1
                    });
                    let mut flags = packet.flags();
                    flags.retain(|flag| *flag != "ACK");
                    if packet.length > 0 || !flags.is_empty() {
                        ends[place].1.push(format!("{} {}", flags.join(" "), packet.length));
                        // How often the same comes again is chance as well.
                        ends[place].1.dedup();
                    }
                    if packet.rst {
                        let other = ends.iter_mut().filter(|(known, _)| *known == (to, from));
                        other.for_each(|(_, packets)| packets.retain(|one| one != "FIN 0"));
                    }
                }
                Event::Line { program, stream, text } => {
                    // Python's marks below a line of its code depend on its version, and times are never the same.
                    let is_mark = !text.is_empty() && text.chars().all(|c| " ^~".contains(c));
                    if !is_mark {
                        let text: String = text
                            .chars()
                            .map(|c| if c.is_ascii_digit() { '#' } else { c })
                            .collect();
                        let lines = programs.entry(*program).or_default();
                        let line = format!("{stream} {text}\n");
                        if !lines.ends_with(&line) {
                            lines.push_str(&line);
                        }
                    }
                }
                Event::Exit { program, code, signal } => {
                    let lines = programs.entry(*program).or_default();
                    let _ = writeln!(lines, "exit {code:?} {signal:?}");
                }
                Event::Left { end, .. } => {
                    let lines = programs.entry(0).or_default();
                    let _ = writeln!(lines, "TIME_WAIT is left at the {}", end.name());
                }
                _ => {}
            }
        }
        let mut text = String::new();
        for ((from, to), packets) in ends {
            let _ = writeln!(text, "{from} to {to}\n{}\n", packets.join("\n"));
        }
        for (program, lines) in programs {
            let _ = writeln!(text, "{}\n{lines}", self.cast.name(program));
        }
        text
    }
}

/// A text with other numbers in the place of these ports, wherever they are whole numbers.
fn replaced(text: &str, ports: &BTreeMap<u16, u16>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (digits, after) = digits.split_at(end);
        result.push_str(before);
        match digits.parse().ok().and_then(|port: u16| ports.get(&port)) {
            Some(port) => result.push_str(&port.to_string()),
            None => result.push_str(digits),
        }
        rest = after;
    }
    result + rest
}

/// A note of a file, which has its words in English. Only a restart is a part of recordings.
fn recorded_note(text: &str) -> Option<Note> {
    (text == english().note(&Note::Again)).then_some(Note::Again)
}

fn english() -> &'static dyn Words {
    words::of(Language::English)
}

/// An event of a file.
fn event(value: &Value) -> Option<(Duration, Event)> {
    let at = Duration::try_from_secs_f64(value["at"].as_f64()? / 1000.0).ok()?;
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let number = |name: &str| value[name].as_u64();
    let program = || usize::try_from(value["program"].as_u64()?).ok();
    let address = |name: &str| value[name].as_str()?.parse().ok();
    let event = match value["kind"].as_str()? {
        "start" => Event::Start { program: program()?, command: text("command")? },
        "line" => Event::Line { program: program()?, stream: text("stream")?, text: text("text")? },
        "exit" => {
            let number = |name: &str| value[name].as_i64()?.try_into().ok();
            Event::Exit { program: program()?, code: number("code"), signal: number("signal") }
        }
        "note" => Event::Note(recorded_note(&text("text")?)?),
        "packet" => {
            let flags = text("flags")?;
            let has = |flag: &str| flags.split(' ').any(|one| one == flag);
            Event::Packet(Packet {
                at,
                from: address("from")?,
                to: address("to")?,
                syn: has("SYN"),
                ack: has("ACK"),
                fin: has("FIN"),
                rst: has("RST"),
                sequence: number("sequence")?.try_into().ok()?,
                acknowledged: number("acknowledged")?.try_into().ok()?,
                window: number("window")?.try_into().ok()?,
                length: number("length")?.try_into().ok()?,
                payload: match (text("text"), text("hex")) {
                    (Some(text), _) => text.into_bytes(),
                    (None, Some(hex)) => hexadecimal::bytes(&hex)?,
                    (None, None) => Vec::new(),
                },
            })
        }
        "left" => {
            let end = End::BOTH.into_iter().find(|end| value["end"] == end.name())?;
            Event::Left { end, count: number("count")?.try_into().ok()? }
        }
        "socket" => Event::Socket(Look::told(value)?),
        _ => return None,
    };
    Some((at, event))
}

/// An event as a line of a file.
fn line(at: Duration, event: &Event) -> String {
    let mut value = match event {
        Event::Start { program, command } => {
            json!({ "kind": "start", "program": program, "command": command })
        }
        Event::Line { program, stream, text } => {
            json!({ "kind": "line", "program": program, "stream": stream, "text": text })
        }
        Event::Exit { program, code, signal } => {
            json!({ "kind": "exit", "program": program, "code": code, "signal": signal })
        }
        Event::Left { end, count } => {
            json!({ "kind": "left", "end": end.name(), "count": count })
        }
        Event::Note(note) => json!({ "kind": "note", "text": english().note(note) }),
        Event::Socket(look) => json!({
            "kind": "socket",
            "end": look.end.name(),
            "local": look.local.to_string(),
            "peer": look.peer.to_string(),
            "state": look.state.map_or("gone".to_owned(), |state| state.to_string()),
            "send": look.send,
            "receive": look.receive,
        }),
        Event::Packet(packet) => {
            let mut value = json!({
                "kind": "packet",
                "from": packet.from.to_string(),
                "to": packet.to.to_string(),
                "flags": packet.flags().join(" "),
                "sequence": packet.sequence,
                "acknowledged": packet.acknowledged,
                "window": packet.window,
                "length": packet.length,
            });
            if packet.length > 0 {
                let (name, payload) = match std::str::from_utf8(&packet.payload) {
                    Ok(text) => ("text", text.to_owned()),
                    Err(_) => ("hex", hexadecimal::text(&packet.payload)),
                };
                value[name] = json!(payload);
            }
            value
        }
    };
    // In a file, times are whole.
    value["at"] = json!(u64::try_from(at.as_millis()).unwrap_or(u64::MAX));
    value.to_string()
}
