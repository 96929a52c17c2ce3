//! What the kernel does during a run: its packets and sockets, as they are seen on its stage, or the sockets alone,
//! looked at from outside.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::sockets::{Socket, State};
use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::sleep;

use super::programs::Listening;
use super::run::Run;
use super::sockets::{Left, View};
use crate::stage::{self, Seen, Stage};

/// How long the kernel's view goes on when the programs have ended: enough to see TIME_WAIT, which lasts
/// a minute.
const AFTERWARDS: Duration = Duration::from_secs(3);

/// After that, it's looked whether anybody still listens.
const PAUSE: Duration = Duration::from_millis(20);

/// An event doesn't wait longer for the packets before it.
const LONGEST_MARK: Duration = Duration::from_secs(1);

impl Run {
    /// Tells what is seen on a stage, until some seconds after the end. If the server's port was named, a connection
    /// of an earlier server may be left there.
    pub async fn watch(
        &self,
        stage: &mut Stage,
        mut wanted: UnboundedReceiver<()>,
        server: Option<SocketAddr>,
    ) {
        let epoch = stage::clock_at(self.started);
        let mut sight = Sight {
            view: View::default(),
            left: Left::of(stage.left()),
            listeners: server.into_iter().collect(),
            is_late: false,
        };
        let mut afterwards = Afterwards::default();
        loop {
            let is_empty = sight.view.is_empty() && !sight.is_late;
            let is_enough = afterwards.is_enough(self, is_empty);
            if !self.events.is_waiting() && (is_enough || stage.spaces().is_taken()) {
                return;
            }
            let pause = if self.events.is_waiting() { LONGEST_MARK } else { PAUSE };
            tokio::select! {
                seen = stage.next() => match seen {
                    Some(seen) => self.tell_seen(seen, epoch, &mut sight),
                    None => {
                        self.events.release_all();
                        return self.events.tell("unseen", json!({}));
                    }
                },
                Some(()) = wanted.recv() => {
                    // Where it has ended, the other branch says so.
                    let _ = stage.mark().await;
                }
                () = sleep(pause), if self.is_over() || self.events.is_waiting() => {
                    if pause == LONGEST_MARK {
                        self.events.release_all();
                    }
                }
                () = self.ended(), if !self.is_over() => {}
            }
        }
    }

    fn tell_seen(&self, seen: Seen, epoch: Duration, sight: &mut Sight) {
        match seen {
            Seen::Packet(mut packet) => {
                packet.at = packet.at.saturating_sub(epoch);
                if packet.syn && !packet.ack {
                    sight.left.forget(packet.from, packet.to);
                }
                let at = packet.at;
                sight.is_late = true;
                if let Ok(packet) = serde_json::to_value(packet) {
                    self.events.tell_seen("packet", at, packet);
                }
            }
            Seen::Lost(count) => self.events.tell_first("lost", json!({ "count": count })),
            Seen::Full => self.events.tell_first("uncaptured", json!({})),
            Seen::Sockets(at, sockets) => {
                let at = at.saturating_sub(epoch);
                let listeners = sockets.iter().filter(|socket| socket.state == State::Listen);
                sight.listeners.extend(listeners.map(|socket| socket.local));
                let view = View::of(sockets);
                let changes =
                    view.since(&sight.view, |socket| sight.is_server(socket), &sight.left);
                if !changes.is_empty() {
                    self.events.tell_seen("sockets", at, json!({ "sockets": changes }));
                }
                (sight.view, sight.is_late) = (view, false);
            }
            Seen::Unseen => self.events.tell_first("unseen", json!({})),
            Seen::Marks(count) => self.events.release(count),
        }
    }

    /// Tells what becomes of the sockets at the server's address on this machine, until some seconds after the end.
    pub async fn look(&self, left: &Left, mut listening: watch::Receiver<Listening>) {
        let state =
            listening.wait_for(|state| *state != Listening::NotYet).await.map(|state| *state);
        let Ok(Listening::At(server)) = state else {
            return;
        };
        let mut before = View::default();
        let mut look = View::look(server).await;
        let mut afterwards = Afterwards::default();
        loop {
            let Some(view) = look else {
                return self.events.tell("unseen", json!({}));
            };
            let is_server = |socket: &Socket| socket.local == server;
            let changes = view.since(&before, is_server, left);
            if !changes.is_empty() {
                self.events.tell("sockets", json!({ "sockets": changes }));
            }
            if afterwards.is_enough(self, view.is_empty()) {
                return;
            }
            look = view.next(server).await;
            before = view;
        }
    }
}

/// What was seen on a stage so far.
struct Sight {
    view: View,
    left: Left,
    listeners: HashSet<SocketAddr>,
    /// Packets have come since the last look.
    is_late: bool,
}

impl Sight {
    fn is_server(&self, socket: &Socket) -> bool {
        self.listeners.iter().any(|listener| {
            *listener == socket.local
                || listener.port() == socket.local.port() && listener.ip().is_unspecified()
        })
    }
}

/// The time after the end of all programs.
#[derive(Default)]
struct Afterwards {
    over: Option<Instant>,
}

impl Afterwards {
    /// Whether there is nothing more to be seen, or no page that would hear of it.
    fn is_enough(&mut self, run: &Run, is_empty: bool) -> bool {
        run.is_over() && {
            let since = self.over.get_or_insert_with(Instant::now);
            let is_heard = *run.events.listeners.borrow() > 0;
            is_empty || since.elapsed() > AFTERWARDS || !is_heard
        }
    }
}
