//! More clients for a server that runs, which the reader sends.

use std::net::SocketAddr;

use futures_util::stream::{FuturesUnordered, StreamExt};
use programs::Asked;
use serde_json::json;
use tokio::sync::{mpsc, oneshot, watch};

use super::client::Actor;
use super::programs::{Listening, Place, Side};
use super::run::Run;
use super::visitor;
use super::wish::Wish;
use crate::process::child::Stop;
use crate::process::parent_death;

/// So many more clients of a reader's at the same time, and in one run.
const MOST_AT_ONCE: usize = 4;
const MOST_IN_ALL: usize = 20;

/// The number of the first of them: the panel's own programs come before it.
const FIRST: usize = 2;

impl Run {
    /// Sends one more client to the server of this run, as soon as that listens.
    ///
    /// # Errors
    ///
    /// Why it doesn't come, in words for the reader.
    pub async fn add(&self, actor: Actor) -> Result<(), &'static str> {
        let (answer, answered) = oneshot::channel();
        match self.wishes.try_send(Wish { actor, answer }) {
            Ok(()) => answered.await.unwrap_or(Err(self.words.server_has_ended())),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(self.words.server_has_ended()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(self.words.too_many_asked_for()),
        }
    }

    /// Lets the actors in that the reader sends, until `done`; then ends those that are still there.
    pub(super) async fn actors(
        &self,
        place: Place<'_>,
        client: Option<&Asked>,
        mut listening: watch::Receiver<Listening>,
        mut wishes: mpsc::Receiver<Wish>,
        mut done: Stop,
    ) {
        let server = async {
            match listening.wait_for(|state| *state != Listening::NotYet).await.as_deref() {
                Ok(Listening::At(server)) => Some(*server),
                _ => None,
            }
        };
        let Some(server) = server.await else { return };
        let end = watch::Sender::new(false);
        let mut there = FuturesUnordered::new();
        let mut count = 0;
        loop {
            tokio::select! {
                Some(Wish { actor, answer }) = wishes.recv() => {
                    let refused = match actor {
                        _ if *self.stop.borrow() => Some(self.words.server_is_being_stopped()),
                        _ if there.len() >= MOST_AT_ONCE => Some(self.words.too_many_at_once()),
                        _ if count >= MOST_IN_ALL => Some(self.words.too_many_in_all()),
                        Actor::Another if client.is_none() => Some(self.words.no_client_here()),
                        _ => None,
                    };
                    if refused.is_none() {
                        let number = FIRST + count;
                        let stop = end.subscribe();
                        there.push(self.actor(place, number, actor, client, server, stop));
                        count += 1;
                    }
                    // A page that has gone away hears nothing.
                    let _ = answer.send(refused.map_or(Ok(()), Err));
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
                // The reader has no way to its standard input, if it reads that.
                let (_, lines) = mpsc::channel(1);
                let side = Side { index: number, asked, lines, place };
                self.program(side, Some(server), None, &mut stop).await;
            }
            (Actor::Another, None) => {}
            (Actor::Visitor(visitor), _) => {
                let mut command = parent_death::this_program_at(place.entrance);
                let language = self.language.tag();
                command.args([visitor::COMMAND, visitor.name(), &server.to_string(), language]);
                let start = json!({
                    "program": number,
                    "name": self.words.visitor(visitor),
                    "role": "client",
                    "command": "",
                });
                self.events.tell("start", start);
                self.lives(number, &mut command, None, None, &mut stop).await;
            }
        }
    }
}
