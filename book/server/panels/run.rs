//! One run: what a page sees of it, and how it's stopped.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::sse;
use catalog::Language;
use futures_util::stream::Stream;
use programs::Asked;
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::events::Events;
use super::shelf::Shelf;
use super::wish::Wish;
use super::words::{self, Words};
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
    /// The language of the page that has asked for it, and what it says there.
    pub language: Language,
    pub(super) words: &'static dyn Words,
    cast: Cast,
    pub events: Events,
    pub stop: watch::Sender<bool>,
    pub(super) shelf: Shelf,
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

/// How a page reaches programs that run.
pub(super) struct Ways {
    pub(super) lines: Vec<mpsc::Receiver<String>>,
    pub(super) wishes: mpsc::Receiver<Wish>,
}

impl AsRef<Events> for Run {
    fn as_ref(&self) -> &Events {
        &self.events
    }
}

impl Run {
    /// A run before it begins, and how a page reaches its programs.
    pub(super) fn new(
        id: String,
        panel: String,
        shelf: Shelf,
        asked: &[Asked],
        language: Language,
    ) -> (Run, Ways) {
        // A line waits here until the program reads it.
        let (inputs, lines) = asked.iter().map(|_| mpsc::channel(16)).unzip();
        let (wishes, wished) = mpsc::channel(4);
        let started = Instant::now();
        let cast = Cast::of(asked.iter().map(|one| (one.program.name, one.program.role.name())));
        let run = Run {
            id,
            panel,
            started,
            language,
            words: words::of(language),
            cast,
            events: Events::new(started),
            stop: watch::Sender::default(),
            shelf,
            wishes,
            inputs,
        };
        (run, Ways { lines, wishes: wished })
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
            self.events.tell("limit", json!({ "why": self.words.another_run() }));
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
        let drawing = Drawing::of(self.cast.clone(), self.language);
        Events::stream(self, from, drawing)
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

    pub(super) async fn abandoned(&self) {
        let mut listeners = self.events.listeners.subscribe();
        loop {
            let _ = listeners.wait_for(|&count| count == 0).await;
            if timeout(GRACE, listeners.wait_for(|&count| count > 0)).await.is_err() {
                return;
            }
        }
    }
}

/// A new stage, or why there is none.
pub(super) async fn open_stage(ground: &Ground, words: &dyn Words) -> Result<Stage, String> {
    let stage = match ground.namespaces {
        true => Stage::open().await,
        false => Err(Refused::Unwanted),
    };
    stage.map_err(|why| words.no_stage(&why))
}
