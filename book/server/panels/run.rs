//! One run: the programs of a panel, built, started and watched, on a stage where one is to be had.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::sse;
use futures_util::future::join;
use futures_util::stream::Stream;
use programs::{Asked, Role};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::actors::Wish;
use super::check::Watched;
use super::events::Events;
use super::programs::{Listening, Place};
use super::shelf::Shelf;
use super::sockets::Left;
use crate::scene::html::{Cast, Drawing};
use crate::stage::{Refused, Stage};

/// A first build compiles all that a lesson depends on.
pub const LONGEST_BUILD: Duration = Duration::from_secs(15 * 60);

/// No program of a page runs longer.
pub const LONGEST_RUN: Duration = Duration::from_secs(5 * 60);

/// How long a run goes on without a page that listens. A page that is loaded again, or one whose stream
/// broke, has so much time to come back.
const GRACE: Duration = Duration::from_secs(5);

pub struct Run {
    pub id: String,
    /// Where on which page it was asked for.
    pub panel: String,
    pub started: Instant,
    cast: Cast,
    pub events: Events,
    pub stop: watch::Sender<bool>,
    shelf: Shelf,
    pub(super) wishes: mpsc::Sender<Wish>,
    /// The way to the standard input of each program.
    inputs: Vec<mpsc::Sender<String>>,
}

/// Where programs are run.
#[derive(Clone)]
pub struct Ground {
    /// The workspace.
    pub root: PathBuf,
    /// Whether they get a network of their own where there is one to be had.
    pub namespaces: bool,
}

/// What is run.
#[derive(Clone)]
pub enum What {
    /// The programs of a panel.
    Programs(Vec<Asked>),
    /// A check of an exercise.
    Check(Box<Watched>),
}

/// How a page reaches programs that run.
struct Ways {
    lines: Vec<mpsc::Receiver<String>>,
    wishes: mpsc::Receiver<Wish>,
}

impl AsRef<Events> for Run {
    fn as_ref(&self) -> &Events {
        &self.events
    }
}

impl Run {
    /// Starts a run, which goes on by itself.
    pub fn start(id: String, panel: String, ground: Ground, shelf: Shelf, what: What) -> Arc<Run> {
        let asked = match &what {
            What::Programs(asked) => &asked[..],
            What::Check(_) => &[],
        };
        // A line waits here until the program reads it.
        let (inputs, lines) = asked.iter().map(|_| mpsc::channel(16)).unzip();
        let (wishes, wished) = mpsc::channel(4);
        let started = Instant::now();
        let cast = Cast::of(asked.iter().map(|one| (one.program.name, one.program.role.name())));
        let run = Arc::new(Run {
            id,
            panel,
            started,
            cast,
            events: Events::new(started),
            stop: watch::Sender::default(),
            shelf,
            wishes,
            inputs,
        });
        tokio::spawn(Arc::clone(&run).live(ground, what, Ways { lines, wishes: wished }));
        run
    }

    /// Whether all of its programs have ended.
    pub fn is_over(&self) -> bool {
        self.events.progress.borrow().is_over
    }

    /// Stops its programs, as Ctrl-C in their terminals would.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Stops its programs for another run, and says so.
    pub fn give_way(&self) {
        if !*self.stop.borrow() {
            self.events.tell("limit", json!({ "why": "another run was started" }));
            self.stop();
        }
    }

    /// Gives a program a line on its standard input. It is lost if the program does not read.
    pub fn say(&self, program: usize, line: String) {
        if let Some(input) = self.inputs.get(program) {
            let _ = input.try_send(line);
        }
    }

    /// Waits until all of its programs have ended.
    pub async fn ended(&self) {
        // An error would mean that the sender is gone, and it is our own.
        let _ = self.events.progress.subscribe().wait_for(|progress| progress.is_over).await;
    }

    /// Waits until nothing will follow.
    pub async fn closed(&self) {
        let _ = self.events.progress.subscribe().wait_for(|progress| progress.is_closed).await;
    }

    /// The events from this one on, those to come too.
    pub fn stream(
        self: Arc<Run>,
        from: usize,
    ) -> impl Stream<Item = Result<sse::Event, Infallible>> + use<> {
        let drawing = Drawing::of(self.cast.clone());
        Events::stream(self, from, drawing)
    }

    // ------------------------------------------------------------------------
    // Its life.

    async fn live(self: Arc<Run>, ground: Ground, what: What, ways: Ways) {
        let _closing = Closing(&self);
        let play = async {
            match &what {
                What::Programs(asked) => self.play(&ground, asked, ways).await,
                What::Check(watched) => self.check(&ground, watched).await,
            }
        };
        tokio::select! {
            () = play => {}
            never = self.stop_after(self.abandoned(), "no page listens any more") => match never {},
        }
    }

    async fn play(&self, ground: &Ground, asked: &[Asked], ways: Ways) {
        // What cargo says is told after it's known where the run will be.
        drop(self.events.hold());
        let stage = async {
            let stage = self.stage(ground, asked).await;
            let (isolated, why) = match &stage {
                Ok(_) => (true, OWN_NETWORK.to_owned()),
                Err(why) => (false, why.clone()),
            };
            self.events.tell_first("where", json!({ "isolated": isolated, "why": why }));
            self.events.release_all();
            stage.ok()
        };
        let built = async {
            tokio::select! {
                built = self.build(&ground.root, asked) => built,
                never = self.stop_after(sleep(LONGEST_BUILD), "the build takes too long") => match never {},
            }
        };
        let (stage, built) = join(stage, built).await;
        if let Some(built) = built {
            let entrance =
                stage.as_ref().map(|stage| stage.spaces().entrance()).unwrap_or_default();
            let place = Place { root: &ground.root, built: &built, entrance: &entrance };
            self.programs_and_kernel(place, asked, ways, stage).await;
        } else {
            self.over();
            close(stage).await;
        }
    }

    /// A stage for programs that talk among themselves, or else why they are on this machine's own network.
    async fn stage(&self, ground: &Ground, asked: &[Asked]) -> Result<Stage, String> {
        let last = self.shelf.take(&self.panel);
        if let [one] = asked {
            match one.program.role {
                Role::Alone => {}
                Role::Server => return Err(SERVER_ALONE.into()),
                Role::Client => return Err(CLIENT_ALONE.into()),
            }
        }
        match last {
            // "The same port as last time" may have a connection in TIME_WAIT.
            Some(last) if ground.namespaces && named_address(asked).is_some() => {
                Stage::open_again(last).await.map_err(|why| why.to_string())
            }
            _ => open_stage(ground).await,
        }
    }

    async fn programs_and_kernel(
        &self,
        place: Place<'_>,
        asked: &[Asked],
        ways: Ways,
        stage: Option<Stage>,
    ) {
        let Ways { lines, wishes } = ways;
        let listening = watch::Sender::new(Listening::NotYet);
        let spaces = stage.as_ref().map(|stage| Arc::clone(stage.spaces()));
        let programs = async {
            tokio::select! {
                () = self.programs(place, asked, lines, wishes, &listening) => {}
                never = self.stop_after(sleep(LONGEST_RUN), "it takes too long") => match never {},
            }
            spaces.iter().for_each(|spaces| self.shelf.put(&self.panel, spaces));
            self.over();
        };
        match stage {
            Some(mut stage) => {
                let marks = self.events.hold();
                let named = named_address(asked);
                join(programs, self.watch(&mut stage, marks, named)).await;
                self.events.release_all();
                close(Some(stage)).await;
            }
            None => {
                let left = Left::here().await;
                join(programs, self.look(&left, listening.subscribe())).await;
            }
        }
    }

    pub(super) fn over(&self) {
        self.events.progress.send_modify(|progress| progress.is_over = true);
        self.events.tell("over", json!({ "stopped": *self.stop.borrow() }));
    }

    /// Stops the run when something has come to pass, and says why.
    pub(super) async fn stop_after(
        &self,
        reason: impl Future<Output = ()>,
        why: &str,
    ) -> Infallible {
        reason.await;
        self.events.tell("limit", json!({ "why": why }));
        self.stop();
        std::future::pending().await
    }

    async fn abandoned(&self) {
        let mut listeners = self.events.listeners.subscribe();
        loop {
            let _ = listeners.wait_for(|&count| count == 0).await;
            if timeout(GRACE, listeners.wait_for(|&count| count > 0)).await.is_err() {
                return;
            }
        }
    }
}

/// These are the ends of sentences: "… because".
pub const OWN_NETWORK: &str = "the programs talk to each other and to nothing else";
const SERVER_ALONE: &str = "you can talk to this server from a terminal";
const CLIENT_ALONE: &str = "this client talks to a server that you start yourself";

fn named_address(asked: &[Asked]) -> Option<SocketAddr> {
    asked.first().and_then(Asked::named_address)
}

/// A new stage, or why there is none.
pub async fn open_stage(ground: &Ground) -> Result<Stage, String> {
    let stage = match ground.namespaces {
        true => Stage::open().await,
        false => Err(Refused::Unwanted),
    };
    stage.map_err(|why| why.to_string())
}

async fn close(stage: Option<Stage>) {
    if let Some(stage) = stage {
        stage.close().await;
    }
}

/// Closes a run at its end, even if that is a panic: its panel must be free for another.
struct Closing<'run>(&'run Run);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let Run { events, .. } = self.0;
        events.release_all();
        // A page that hears this does not ask again.
        events.tell("end", json!({}));
        events.progress.send_modify(|progress| {
            progress.is_over = true;
            progress.is_closed = true;
        });
    }
}
