//! More clients for a server that runs, which the reader sends.

use std::net::SocketAddr;

use futures_util::stream::{FuturesUnordered, StreamExt};
use programs::Asked;
use serde_json::json;
use tokio::sync::{mpsc, watch};

use super::programs::{Listening, Place, Side};
use super::run::Run;
use super::visitor::{self, Visitor};
use crate::process::child::Stop;
use crate::process::parent_death;

/// So many more clients of a reader's at the same time, and in one run.
const MOST_AT_ONCE: usize = 4;
const MOST_IN_ALL: usize = 20;

/// One more client for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The panel's own client, once more.
    Another,
    Visitor(Visitor),
}

impl Actor {
    /// The one that a page names.
    pub fn named(name: &str) -> Option<Actor> {
        match name {
            "another" => Some(Actor::Another),
            name => Visitor::named(name).map(Actor::Visitor),
        }
    }
}

impl Run {
    /// Lets the actors in that the reader sends, until `done`; then ends those that are still there.
    pub(super) async fn actors(
        &self,
        place: Place<'_>,
        client: Option<&Asked>,
        listening: &watch::Sender<Listening>,
        mut wanted: mpsc::Receiver<Actor>,
        mut done: Stop,
    ) {
        let end = watch::Sender::new(false);
        let mut there = FuturesUnordered::new();
        // The panel's own programs come before them.
        let mut number = 2;
        loop {
            tokio::select! {
                Some(actor) = wanted.recv() => {
                    let Listening::At(server) = *listening.borrow() else { continue };
                    if there.len() >= MOST_AT_ONCE || number - 2 >= MOST_IN_ALL {
                        let why = "there are as many more clients as one run may have";
                        self.events.tell("refused", json!({ "why": why }));
                        continue;
                    }
                    there.push(self.actor(place, number, actor, client, server, end.subscribe()));
                    number += 1;
                }
                Some(()) = there.next() => {}
                _ = done.wait_for(|done| *done) => break,
            }
        }
        end.send_replace(true);
        while let Some(()) = there.next().await {}
    }

    async fn actor(
        &self,
        place: Place<'_>,
        number: usize,
        actor: Actor,
        client: Option<&Asked>,
        server: SocketAddr,
        mut stop: Stop,
    ) {
        match (actor, client) {
            (Actor::Another, Some(asked)) => {
                // What it might read from its standard input, nobody types.
                let (_sender, lines) = mpsc::channel(1);
                let side = Side { index: number, asked, lines, place };
                self.program(side, Some(server), None, &mut stop).await;
            }
            (Actor::Another, None) => {}
            (Actor::Visitor(visitor), _) => {
                let mut command = parent_death::this_program_at(place.entrance);
                command.args([visitor::COMMAND, visitor.name(), &server.to_string()]);
                let start = json!({
                    "program": number,
                    "name": visitor.title(),
                    "role": "client",
                    "command": "",
                });
                self.events.tell("start", start);
                self.lives(number, &mut command, None, None, &mut stop).await;
            }
        }
    }
}
