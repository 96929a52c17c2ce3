//! The story of a run: packets and looks at the kernel become the rows of a scene.
//!
//! For each end of each conversation there is TCP's state machine (RFC 9293 §3.3.2). A state that a look at the kernel
//! has reported is seen. One that only follows from packets is inferred, until a later look reports it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use common::sockets::State;

use super::conversation::Conversation;
use super::event::{Event, Look};
use super::packet::Packet;
use super::row::{Act, End, How, Mark, Note, Queue, Row, Sense};

/// What the first line of a server begins with, before its address.
const LISTENING_ON: &str = "listening on ";

/// A pause that is longer has a row of its own.
const LONG_PAUSE: Duration = Duration::from_millis(400);

/// The arrows of one conversation. What it sends and acknowledges after that is counted in one row.
const MOST_ARROWS: usize = 60;

/// The lines of a program in one row.
const MOST_LINES: usize = 20;

/// Their bytes. A row is told again with each line that comes.
const MOST_BYTES: usize = 1000;

/// Conversations that are drawn at the same time. What the others send is counted in one row.
const MOST_AT_ONCE: usize = 8;

/// The rows of a scene. After that only the words of the programs are added.
const MOST_ROWS: usize = 600;

/// What has happened so far.
#[derive(Default)]
pub struct Story {
    rows: Vec<Row>,
    conversations: Vec<Conversation>,
    crowd: Crowd,
    listeners: Vec<Listener>,
    /// The programs that have started and not ended.
    running: Vec<usize>,
    started: usize,
    last: Duration,
    /// Whether an end had a connection at that time: then a pause is a part of the conversation.
    was_alive: bool,
    is_full: bool,
}

struct Listener {
    local: SocketAddr,
    waiting: u64,
    /// The row in which it's there for the first time, if there was room for one.
    row: Option<usize>,
}

impl Listener {
    fn has(&self, own: SocketAddr) -> bool {
        let is_any = self.local.ip().is_unspecified() && self.local.port() == own.port();
        self.local == own || is_any
    }
}

/// Those that are counted and not drawn, in one row until a pause.
#[derive(Default)]
struct Crowd {
    row: Option<usize>,
    last: Duration,
    /// All of them, also those of earlier rows.
    members: BTreeSet<usize>,
}

impl Story {
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The whole story of these events, which are in the order of their times.
    pub fn of<'event>(events: impl IntoIterator<Item = &'event (Duration, Event)>) -> Story {
        let mut story = Story::default();
        for (at, event) in events {
            story.hear(*at, event);
        }
        story
    }

    /// Whether there was a conversation, and all of them have ended.
    pub fn is_over(&self) -> bool {
        !self.conversations.is_empty() && self.conversations.iter().all(Conversation::is_over)
    }

    /// Goes on with an event. Returns the numbers of the rows that are new or have changed.
    pub fn hear(&mut self, at: Duration, event: &Event) -> Vec<usize> {
        let act = match event {
            Event::Packet(packet) => return self.packet(at, packet),
            Event::Socket(look) => return self.look(at, look),
            Event::Start { program, command } => {
                Act::Start { program: *program, command: command.clone() }
            }
            Event::Line { program, stream, text } => {
                let mut changed = Vec::new();
                // A look may come later, but a program that says this has a listener.
                let address = text.strip_prefix(LISTENING_ON).and_then(|it| it.parse().ok());
                if let Some(address) = address {
                    self.listens(&mut changed, at, address, false);
                }
                if let Some(row) = self.next_line(*program, stream, text) {
                    changed.push(row);
                } else {
                    let lines = vec![text.clone()];
                    let act = Act::Lines { program: *program, stream: stream.clone(), lines };
                    self.add(&mut changed, at, None, act, [None; 2]);
                }
                return changed;
            }
            Event::Exit { program, code, signal } => {
                Act::Exit { program: *program, code: *code, signal: *signal }
            }
            Event::Left { end, count } => Act::Left { end: *end, count: *count },
            Event::Note(note) => Act::Note(note.clone()),
        };
        // The last count is that of all.
        let is_lost = |act: &Act| matches!(act, Act::Note(Note::Lost(_)));
        if is_lost(&act)
            && let Some(row) = self.rows.iter().position(|row| is_lost(&row.act))
        {
            self.rows[row].act = act;
            return vec![row];
        }
        match act {
            Act::Start { program, .. } => {
                self.running.push(program);
                self.started += 1;
            }
            Act::Exit { program, .. } => self.running.retain(|one| *one != program),
            _ => {}
        }
        let mut changed = Vec::new();
        self.add(&mut changed, at, None, act, [None; 2]);
        changed
    }

    /// Adds a line to those of the last row, if they are the same program's.
    fn next_line(&mut self, program: usize, stream: &str, text: &str) -> Option<usize> {
        let last = self.rows.len().checked_sub(1)?;
        match &mut self.rows[last].act {
            Act::Lines { program: p, stream: s, lines }
                if *p == program
                    && s == stream
                    && lines.len() < MOST_LINES
                    && lines.iter().map(String::len).sum::<usize>() < MOST_BYTES =>
            {
                lines.push(text.to_owned());
                Some(last)
            }
            _ => None,
        }
    }

    fn packet(&mut self, at: Duration, packet: &Packet) -> Vec<usize> {
        let mut changed = Vec::new();
        let index = match self.conversation_of(packet) {
            Some(index) => index,
            None => self.begin(Conversation::begun_by(packet)),
        };
        let conversation = &mut self.conversations[index];
        let (from, sense, states) = conversation.packet(packet);
        if !conversation.is_drawn {
            self.crowd(&mut changed, at, index, Some(packet));
            return changed;
        }
        // Whatever a program sends or ends, it has accepted before.
        let is_programs = from == End::Server && (packet.length > 0 || packet.fin);
        if is_programs && !std::mem::replace(&mut conversation.is_accepted, true) {
            self.accepted(&mut changed, at, packet.from);
        }
        let conversation = &mut self.conversations[index];
        let is_small = !(packet.syn || packet.fin || packet.rst);
        if is_small && conversation.arrows >= MOST_ARROWS && states == [None; 2] {
            self.count(&mut changed, at, index, packet);
            return changed;
        }
        let sense = match sense {
            Sense::Call if self.running == [0] && self.started > 1 => Sense::OwnCall,
            other => other,
        };
        conversation.is_own_call |= sense == Sense::OwnCall;
        conversation.arrows += 1;
        if self.is_cut(&mut changed, at) {
            return changed;
        }
        let act = Act::Packet { from, packet: packet.clone(), sense };
        self.add(&mut changed, at, Some(index), act, states);
        let row = self.rows.len() - 1;
        for end in End::BOTH {
            if states[end as usize].is_some() {
                self.conversations[index].ends[end as usize].history.push(row);
            }
        }
        changed
    }

    /// A new conversation. It's drawn unless there are very many.
    fn begin(&mut self, mut new: Conversation) -> usize {
        let drawn = self.conversations.iter().filter(|one| one.is_drawn && !one.is_over());
        new.is_drawn = drawn.count() < MOST_AT_ONCE;
        self.conversations.push(new);
        self.conversations.len() - 1
    }

    /// Adds a conversation to those that are counted, and a packet of it.
    fn crowd(
        &mut self,
        changed: &mut Vec<usize>,
        at: Duration,
        index: usize,
        packet: Option<&Packet>,
    ) {
        if at.saturating_sub(self.crowd.last) > LONG_PAUSE {
            self.crowd.row = None;
        }
        self.crowd.last = at;
        let is_new = self.crowd.members.insert(index);
        if self.crowd.row.is_none() && !self.is_cut(changed, at) {
            let act = Act::Crowd { conversations: 0, packets: 0, bytes: 0 };
            self.add(changed, at, None, act, [None; 2]);
            self.crowd.row = Some(self.rows.len() - 1);
        }
        let Some(row) = self.crowd.row else { return };
        if let Act::Crowd { conversations, packets, bytes } = &mut self.rows[row].act {
            *conversations += usize::from(is_new);
            *packets += usize::from(packet.is_some());
            *bytes += packet.map_or(0, |packet| packet.length);
            changed.push(row);
        }
    }

    /// The server does what only a program can that has accepted.
    fn accepted(&mut self, changed: &mut Vec<usize>, at: Duration, local: SocketAddr) {
        let waiting = self.listeners.iter_mut().find(|one| one.has(local) && one.waiting > 0);
        let Some(listener) = waiting else { return };
        listener.waiting -= 1;
        let left = listener.waiting;
        self.take(changed, at, 1, left, false);
    }

    /// Tells that connections have left the queue. What follows each other is one row.
    fn take(&mut self, changed: &mut Vec<usize>, at: Duration, new: u64, now: u64, seen: bool) {
        if let Some(Row { act: Act::Accepted { count, left, is_seen }, .. }) = self.rows.last_mut()
        {
            (*count, *left, *is_seen) = (*count + new, now, *is_seen && seen);
            changed.push(self.rows.len() - 1);
        } else if !self.is_cut(changed, at) {
            let act = Act::Accepted { count: new, left: now, is_seen: seen };
            self.add(changed, at, None, act, [None; 2]);
        }
    }

    /// The conversation to which a packet belongs: the last one between the two, unless it calls anew.
    fn conversation_of(&self, packet: &Packet) -> Option<usize> {
        let index =
            self.conversations.iter().rposition(|one| one.is_between(packet.from, packet.to))?;
        let is_new_call = packet.syn && !packet.ack && self.conversations[index].is_over();
        (!is_new_call).then_some(index)
    }

    /// Adds a packet to those that are counted and not drawn.
    fn count(&mut self, changed: &mut Vec<usize>, at: Duration, index: usize, packet: &Packet) {
        let number = self.number(index);
        let last = self.rows.len().saturating_sub(1);
        if let Some(Row { act: Act::More { packets, bytes }, conversation, .. }) =
            self.rows.last_mut()
            && *conversation == number
        {
            *packets += 1;
            *bytes += packet.length;
            self.last = at;
            changed.push(last);
        } else if !self.is_cut(changed, at) {
            let act = Act::More { packets: 1, bytes: packet.length };
            self.add(changed, at, Some(index), act, [None; 2]);
        }
    }

    fn look(&mut self, at: Duration, look: &Look) -> Vec<usize> {
        let mut changed = Vec::new();
        let is_listener = look.state == Some(State::Listen)
            || self.listeners.iter().any(|one| one.local == look.local && look.peer.port() == 0);
        if is_listener {
            self.listener(&mut changed, at, look);
            return changed;
        }
        let ends = |one: &Conversation| one.is_between(look.local, look.peer);
        let before = self.conversations.len();
        let index = match self.conversations.iter().rposition(ends) {
            Some(index) => index,
            // A connection that an earlier run has left is none of this one's.
            None if look.state.is_none() || look.state == Some(State::TimeWait) => {
                return changed;
            }
            None => self.begin(Conversation::seen(look)),
        };
        let is_new = index == before;
        let conversation = &mut self.conversations[index];
        let Some(end) = conversation.end_at(look.local) else { return changed };
        let side = &mut conversation.ends[end as usize];
        let state = look.state.unwrap_or(State::Closed);
        if !conversation.is_drawn {
            if !is_before(state, side.state) {
                side.state = Some(state);
            }
            if is_new {
                self.crowd(&mut changed, at, index, None);
            }
            return changed;
        }
        let known = side.history.iter().rev().find(|&&row| {
            self.rows[row].states[end as usize].is_some_and(|mark| mark.state == state)
        });
        if let Some(&row) = known {
            let mark = self.rows[row].states[end as usize].as_mut();
            if let Some(mark) = mark.filter(|mark| !mark.is_seen) {
                mark.is_seen = true;
                changed.push(row);
            }
        } else if side.state != Some(state) && !is_before(state, side.state) {
            side.state = Some(state);
            if !self.is_cut(&mut changed, at) {
                let mut states = [None; 2];
                states[end as usize] = Some(Mark { state, is_seen: true, how: How::Usual });
                self.add(&mut changed, at, Some(index), Act::State, states);
                let row = self.rows.len() - 1;
                self.conversations[index].ends[end as usize].history.push(row);
            }
        }
        // SYN and FIN have a number in the sequence each, and are counted as if they were bytes.
        use State::{Closing, FinWait1, LastAck, SynSent};
        let has_more = matches!(state, SynSent | FinWait1 | Closing | LastAck);
        let send = look.send.saturating_sub(u64::from(has_more));
        let has_end = matches!(state, State::CloseWait | LastAck | Closing | State::TimeWait);
        let receive = look.receive.saturating_sub(u64::from(has_end));
        for (queue, amount) in [(Queue::Send, send), (Queue::Receive, receive)] {
            let side = &mut self.conversations[index].ends[end as usize];
            // A look that is late: after a reset nothing waits any more.
            if side.state == Some(State::Closed) {
                continue;
            }
            let before = std::mem::replace(&mut side.waiting[queue as usize], amount);
            if amount > before {
                self.wait(&mut changed, at, Some(index), end, queue, amount);
            }
        }
        changed
    }

    /// Tells that there is a listener, seen or not, unless that's known. Returns its place.
    fn listens(
        &mut self,
        changed: &mut Vec<usize>,
        at: Duration,
        local: SocketAddr,
        is_seen: bool,
    ) -> usize {
        if let Some(index) = self.listeners.iter().position(|one| one.local == local) {
            return index;
        }
        let mut row = None;
        if !self.is_cut(changed, at) {
            let mark = Mark { state: State::Listen, is_seen, how: How::Usual };
            self.add(changed, at, None, Act::State, [None, Some(mark)]);
            row = Some(self.rows.len() - 1);
        }
        self.listeners.push(Listener { local, waiting: 0, row });
        self.listeners.len() - 1
    }

    fn listener(&mut self, changed: &mut Vec<usize>, at: Duration, look: &Look) {
        if look.state.is_none() {
            self.listeners.retain(|one| one.local != look.local);
            return;
        }
        let index = self.listens(changed, at, look.local, true);
        if let Some(row) = self.listeners[index].row
            && let Some(mark) = self.rows[row].states[End::Server as usize].as_mut()
            && !std::mem::replace(&mut mark.is_seen, true)
        {
            changed.push(row);
        }
        let before = std::mem::replace(&mut self.listeners[index].waiting, look.receive);
        if look.receive < before {
            self.take(changed, at, before - look.receive, look.receive, true);
        } else if look.receive > before {
            self.wait(changed, at, None, End::Server, Queue::Accept, look.receive);
        }
    }

    /// Tells that something waits. Looks that follow each other are one row.
    fn wait(
        &mut self,
        changed: &mut Vec<usize>,
        at: Duration,
        index: Option<usize>,
        end: End,
        queue: Queue,
        now: u64,
    ) {
        let number = index.and_then(|index| self.number(index));
        let is_same = |row: &Row| {
            row.conversation == number
                && matches!(&row.act, Act::Waiting { end: e, queue: q, .. } if *e == end && *q == queue)
        };
        // The two ends of a stream that stands still are looked at in turn.
        let first = self.rows.len().saturating_sub(2);
        let is_wait = |row: &Row| matches!(row.act, Act::Waiting { .. });
        let place = self.rows[first..].iter().rposition(is_same).map(|place| first + place);
        if let Some(place) = place
            && self.rows[place..].iter().all(is_wait)
        {
            if let Act::Waiting { amount, .. } = &mut self.rows[place].act
                && now > *amount
            {
                *amount = now;
                changed.push(place);
            }
        } else if !self.is_cut(changed, at) {
            let act = Act::Waiting { end, queue, amount: now };
            self.add(changed, at, index, act, [None; 2]);
        }
    }

    /// Whether there are so many rows that nothing more is drawn, which is told once.
    fn is_cut(&mut self, changed: &mut Vec<usize>, at: Duration) -> bool {
        if self.rows.len() >= MOST_ROWS && !self.is_full {
            self.is_full = true;
            self.add(changed, at, None, Act::Note(Note::Full), [None; 2]);
        }
        self.is_full
    }

    fn number(&self, index: usize) -> Option<usize> {
        (self.conversations.len() > 1).then_some(index + 1)
    }

    fn add(
        &mut self,
        changed: &mut Vec<usize>,
        at: Duration,
        index: Option<usize>,
        act: Act,
        states: [Option<Mark>; 2],
    ) {
        let alive = End::BOTH.map(|end| self.conversations.iter().any(|one| one.is_alive(end)));
        let pause = at.saturating_sub(self.last);
        let is_own_call = index.is_some_and(|index| self.conversations[index].is_own_call);
        let conversation = index.and_then(|index| self.number(index));
        let mut push = |row: Row| {
            changed.push(self.rows.len());
            self.rows.push(row);
        };
        if pause >= LONG_PAUSE && self.was_alive {
            let act = Act::Pause(pause);
            let row =
                Row { at, conversation: None, act, states: [None; 2], alive, is_own_call: false };
            push(row);
        }
        push(Row { at, conversation, act, states, alive, is_own_call });
        self.last = self.last.max(at);
        self.was_alive = alive != [false; 2];
    }
}

/// Whether a state comes before another one in a connection's life: a look that is late.
fn is_before(state: State, other: Option<State>) -> bool {
    let rank = |state| match state {
        State::Listen => 0,
        State::SynSent | State::SynReceived => 1,
        State::Established => 2,
        State::FinWait1 | State::CloseWait => 3,
        State::FinWait2 | State::Closing | State::LastAck => 4,
        State::TimeWait => 5,
        State::Closed => 6,
    };
    other.is_some_and(|other| rank(state) < rank(other))
}
