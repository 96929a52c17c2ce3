//! The kernel's view of a run: the sockets at its server's address, looked at again and again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::sockets::{self, Socket, State};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// What is shorter than this may be missed.
const INTERVAL: Duration = Duration::from_millis(20);

/// Where there are very many sockets, it takes long to read the list. The pauses are this many times as
/// long.
const PAUSES: u32 = 3;

/// How long Linux keeps a connection in TIME_WAIT (TCP_TIMEWAIT_LEN in its `include/net/tcp.h`).
pub const TIME_WAIT: Duration = Duration::from_secs(60);

/// The timer is told in hundredths of a second, and a look takes a moment.
const UNCERTAIN: Duration = Duration::from_millis(20);

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
    ///
    /// `age` is how long ago the run began, or its server to listen: a connection that has been in TIME_WAIT for
    /// longer was an earlier run's.
    pub fn since(
        &self,
        before: &View,
        is_server: impl Fn(&Socket) -> bool,
        age: Duration,
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
                    "earlier": is_older(socket, age),
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
                    "earlier": is_older(old, age),
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

fn is_older(socket: &Socket, age: Duration) -> bool {
    let waited = TIME_WAIT.saturating_sub(socket.timer);
    socket.state == State::TimeWait && waited > age + UNCERTAIN
}
