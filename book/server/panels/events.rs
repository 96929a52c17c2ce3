//! What happens in a run: events with their times, in one list, which any number of pages can read.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::response::sse;
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;

use crate::scene;
use crate::scene::html::Drawing;

/// What is kept and shown of a run, without its packets, for which the stage has bounds of its own.
const MOST_EVENTS: usize = 4000;
const MOST_BYTES: usize = 512 * 1024;

/// Events that wait until all packets before them are told.
const MOST_HELD: usize = 256;

pub struct Events {
    started: Instant,
    list: Mutex<Vec<Told>>,
    pub progress: watch::Sender<Progress>,
    /// How many pages listen.
    pub listeners: watch::Sender<usize>,
    held: Mutex<Option<Held>>,
}

#[derive(Clone)]
struct Told {
    kind: &'static str,
    data: Arc<str>,
}

#[derive(Clone, Copy, Default)]
pub struct Progress {
    events: usize,
    packets: usize,
    /// Without those of packets.
    bytes: usize,
    /// The time of the last event, in milliseconds.
    last: f64,
    /// More has come than is kept.
    is_cut: bool,
    /// All programs have ended.
    pub is_over: bool,
    /// Nothing will follow.
    pub is_closed: bool,
}

/// Events that are not in the list yet. Each has asked for a mark in what is seen of the packets, and comes after
/// all that is told before the mark: what a program says of a packet is not shown before the packet.
struct Held {
    events: VecDeque<Event>,
    marks: UnboundedSender<()>,
    /// The first marks are those of events that didn't wait for them.
    overtaken: usize,
}

struct Event {
    kind: &'static str,
    /// In milliseconds, as the page shows it.
    at: f64,
    data: Value,
}

impl Events {
    pub fn new(started: Instant) -> Events {
        Events {
            started,
            list: Mutex::default(),
            progress: watch::Sender::default(),
            listeners: watch::Sender::default(),
            held: Mutex::default(),
        }
    }

    /// Adds an event that happens now. Where there are too many already, output and looks at the kernel are dropped,
    /// and that is told once.
    pub fn tell(&self, kind: &'static str, data: Value) {
        self.tell_at(kind, self.started.elapsed(), data);
    }

    /// Adds an event that happened at this time since the run began, a moment ago.
    pub fn tell_at(&self, kind: &'static str, at: Duration, data: Value) {
        let event = Event { kind, at: milliseconds(at), data };
        let mut held = self.held();
        let Some(Held { events, marks, overtaken }) = &mut *held else {
            return self.add(event);
        };
        events.push_back(event);
        // Without a receiver, all of them are released soon.
        let _ = marks.send(());
        if events.len() > MOST_HELD {
            *overtaken += 1;
            events.pop_front().into_iter().for_each(|event| self.add(event));
        }
    }

    /// Adds an event that was seen at this time since the run began. What is held and was earlier comes before it:
    /// all that is seen after that is later, too.
    pub fn tell_seen(&self, kind: &'static str, at: Duration, data: Value) {
        let at = milliseconds(at);
        let mut held = self.held();
        if let Some(Held { events, overtaken, .. }) = &mut *held {
            let count = events.iter().take_while(|event| event.at < at).count();
            *overtaken += count;
            events.drain(..count).for_each(|event| self.add(event));
        }
        self.add(Event { kind, at, data });
    }

    /// Adds an event before those that are held.
    pub fn tell_first(&self, kind: &'static str, data: Value) {
        let _held = self.held();
        self.add(Event { kind, at: milliseconds(self.started.elapsed()), data });
    }

    /// Holds events back from now on, and says whenever one has to be marked.
    pub fn hold(&self) -> UnboundedReceiver<()> {
        let (marks, wanted) = mpsc::unbounded_channel();
        *self.held() = Some(Held { events: VecDeque::new(), marks, overtaken: 0 });
        wanted
    }

    /// So many marks have come by.
    pub fn release(&self, marks: usize) {
        let mut held = self.held();
        let Some(Held { events, overtaken, .. }) = &mut *held else { return };
        let early = marks.min(*overtaken);
        *overtaken -= early;
        let count = (marks - early).min(events.len());
        events.drain(..count).for_each(|event| self.add(event));
    }

    /// Holds nothing back any more.
    pub fn release_all(&self) {
        let mut held = self.held();
        let all = held.take().into_iter().flat_map(|held| held.events);
        all.for_each(|event| self.add(event));
    }

    /// Whether an event waits for its mark.
    pub fn is_waiting(&self) -> bool {
        self.held().as_ref().is_some_and(|held| !held.events.is_empty())
    }

    fn add(&self, Event { kind, at, mut data }: Event) {
        let mut list = self.list();
        let Progress { events, packets, bytes, last, is_cut, .. } = *self.progress.borrow();
        let is_full = events - packets >= MOST_EVENTS || bytes >= MOST_BYTES;
        let is_output = matches!(kind, "line" | "sockets" | "build" | "step");
        if is_full && is_output {
            if !is_cut {
                self.progress.send_modify(|progress| progress.is_cut = true);
                drop(list);
                self.add(Event { kind: "cut", at, data: json!({}) });
            }
            return;
        }
        // Two processes have looked at the clock: what is told later doesn't happen earlier.
        let at = at.max(last);
        data["at"] = json!(at);
        let data: Arc<str> = data.to_string().into();
        let length = data.len();
        list.push(Told { kind, data });
        drop(list);
        self.progress.send_modify(|progress| {
            progress.events += 1;
            progress.last = at;
            match kind {
                "packet" => progress.packets += 1,
                _ => progress.bytes += length,
            }
        });
    }

    fn list(&self) -> MutexGuard<'_, Vec<Told>> {
        // A list is whole between any two calls.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        // So is what is held.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The events from this one on, those to come too, each with the rows of the scene that it makes or changes.
    /// `owner` lives as long as the stream.
    pub fn stream<Owner: AsRef<Events>>(
        owner: Arc<Owner>,
        from: usize,
        mut drawing: Drawing,
    ) -> impl Stream<Item = Result<sse::Event, Infallible>> + use<Owner> {
        let progress = (*owner).as_ref().progress.subscribe();
        // The page has the rows of these.
        let earlier: Vec<_> = (*owner).as_ref().list().iter().take(from).cloned().collect();
        for Told { kind, data } in earlier {
            drawn(&mut drawing, kind, &data);
        }
        let reader = Reader { listener: Listener::of(owner), progress, next: from, drawing };
        stream::unfold(reader, |mut reader| async move {
            let next = reader.next;
            let is_there = |so_far: &Progress| so_far.events > next || so_far.is_closed;
            reader.progress.wait_for(is_there).await.ok()?;
            let told = (*reader.listener.owner).as_ref().list().get(next)?.clone();
            let event = sse::Event::default().event(told.kind).id(next.to_string());
            let event = match drawn(&mut reader.drawing, told.kind, &told.data) {
                Some(data) => event.data(data),
                None => event.data(&*told.data),
            };
            reader.next += 1;
            Some((Ok(event), reader))
        })
    }
}

/// A page that hears of a run, and the scene as it has it.
struct Reader<Owner: AsRef<Events>> {
    listener: Listener<Owner>,
    progress: watch::Receiver<Progress>,
    next: usize,
    drawing: Drawing,
}

/// An event with its rows, if it has some.
fn drawn(drawing: &mut Drawing, kind: &str, data: &str) -> Option<String> {
    if !scene::event::DRAWN.contains(&kind) {
        return None;
    }
    let mut data: Value = serde_json::from_str(data).ok()?;
    let rows = drawing.hear(kind, &data);
    (!rows.is_empty()).then(|| {
        data["rows"] = json!(rows);
        data.to_string()
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// One page's stream, counted while it is open.
struct Listener<Owner: AsRef<Events>> {
    owner: Arc<Owner>,
}

impl<Owner: AsRef<Events>> Listener<Owner> {
    fn of(owner: Arc<Owner>) -> Listener<Owner> {
        (*owner).as_ref().listeners.send_modify(|count| *count += 1);
        Listener { owner }
    }
}

impl<Owner: AsRef<Events>> Drop for Listener<Owner> {
    fn drop(&mut self) {
        (*self.owner).as_ref().listeners.send_modify(|count| *count -= 1);
    }
}
