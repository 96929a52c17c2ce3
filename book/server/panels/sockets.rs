//! The kernel's view of a run: the sockets at its server's address, looked at again and again.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::sockets::{self, Socket, State};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::stage;

/// What is shorter than this may be missed.
const INTERVAL: Duration = Duration::from_millis(20);

/// Where there are very many sockets, it takes long to read the list. The pauses are this many times as
/// long.
const PAUSES: u32 = 3;

/// How long Linux keeps a connection in TIME_WAIT (TCP_TIMEWAIT_LEN in its `include/net/tcp.h`).
pub const TIME_WAIT: Duration = Duration::from_secs(60);

/// Connections in TIME_WAIT that were there before the programs of a run: an earlier run's.
#[derive(Default)]
pub struct Left {
    ends: HashSet<(SocketAddr, SocketAddr)>,
}

impl Left {
    pub fn of(sockets: &[Socket]) -> Left {
        let waiting = sockets.iter().filter(|socket| socket.state == State::TimeWait);
        Left { ends: waiting.map(|socket| (socket.local, socket.peer)).collect() }
    }

    /// What this machine has now.
    pub async fn here() -> Left {
        let sockets = spawn_blocking(stage::sockets).await.ok().flatten();
        Left::of(&sockets.unwrap_or_default())
    }

    /// A program calls between these ends: what follows there is this run's.
    pub fn forget(&mut self, one: SocketAddr, other: SocketAddr) {
        self.ends.retain(|ends| *ends != (one, other) && *ends != (other, one));
    }

    fn has(&self, socket: &Socket) -> bool {
        socket.state == State::TimeWait && self.ends.contains(&(socket.local, socket.peer))
    }
}

/// One look.
#[derive(Default)]
pub struct View {
    sockets: Vec<Socket>,
    cost: Duration,
}

impl View {
    /// What the kernel lists now; `None` where it does not tell.
    pub async fn look(address: SocketAddr) -> Option<View> {
        let look = move || {
            let started = Instant::now();
            Some(View { sockets: sockets::sockets_around(address)?, cost: started.elapsed() })
        };
        spawn_blocking(look).await.ok()?
    }

    /// The next look, when it is time for it.
    pub async fn next(&self, address: SocketAddr) -> Option<View> {
        sleep(INTERVAL.max(self.cost * PAUSES)).await;
        View::look(address).await
    }

    /// A look that another has taken.
    pub fn of(sockets: Vec<Socket>) -> View {
        View { sockets, cost: Duration::ZERO }
    }

    pub fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// What differs from an earlier look. The timer alone is no difference: it runs all the time.
    pub fn since(
        &self,
        before: &View,
        is_server: impl Fn(&Socket) -> bool,
        left: &Left,
    ) -> Vec<Value> {
        let end = |socket: &Socket| if is_server(socket) { "server" } else { "client" };
        let changed = self.sockets.iter().filter_map(|socket| {
            let old = before.sockets.iter().find(|old| is_same(old, socket));
            let is_new = old.is_none_or(|old| {
                (old.state, old.send_queue, old.receive_queue)
                    != (socket.state, socket.send_queue, socket.receive_queue)
            });
            is_new.then(|| {
                json!({
                    "end": end(socket),
                    "local": socket.local.to_string(),
                    "peer": socket.peer.to_string(),
                    "state": socket.state.to_string(),
                    "before": old.map(|old| old.state.to_string()),
                    "earlier": left.has(socket),
                    "send": socket.send_queue,
                    "receive": socket.receive_queue,
                    "timer": socket.timer.as_secs_f64(),
                })
            })
        });
        let gone = before.sockets.iter().filter_map(|old| {
            let is_gone = !self.sockets.iter().any(|socket| is_same(old, socket));
            is_gone.then(|| {
                json!({
                    "end": end(old),
                    "local": old.local.to_string(),
                    "peer": old.peer.to_string(),
                    "state": "gone",
                    "before": old.state.to_string(),
                    "earlier": left.has(old),
                    "send": 0,
                    "receive": 0,
                    "timer": 0.0,
                })
            })
        });
        changed.chain(gone).collect()
    }
}

fn is_same(one: &Socket, other: &Socket) -> bool {
    (one.local, one.peer) == (other.local, other.peer)
}
