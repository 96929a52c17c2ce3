//! The life of a run: its programs are built, started and watched, on a stage where one is to be had.

use std::net::SocketAddr;
use std::sync::Arc;

use catalog::Language;
use futures_util::future::join;
use programs::{Asked, Role};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use super::check::Watched;
use super::programs::{Listening, Place};
use super::run::{Ground, LONGEST_BUILD, LONGEST_RUN, Run, Ways, open_stage};
use super::shelf::Shelf;
use super::sockets::Left;
use crate::stage::Stage;

/// What is run.
#[derive(Clone)]
pub enum What {
    /// The programs of a panel.
    Programs(Vec<Asked>),
    /// A check of an exercise.
    Check(Box<Watched>),
}

impl Run {
    /// Starts a run, which goes on by itself.
    pub fn start(
        id: String,
        panel: String,
        ground: Ground,
        shelf: Shelf,
        what: What,
        language: Language,
    ) -> Arc<Run> {
        let asked = match &what {
            What::Programs(asked) => &asked[..],
            What::Check(_) => &[],
        };
        let (run, ways) = Run::new(id, panel, shelf, asked, language);
        let run = Arc::new(run);
        tokio::spawn(Arc::clone(&run).live(ground, what, ways));
        run
    }

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
            never = self.stop_after(self.abandoned(), self.words.nobody_listens()) => match never {},
        }
    }

    async fn play(&self, ground: &Ground, asked: &[Asked], ways: Ways) {
        // What cargo says is told after it's known where the run will be.
        drop(self.events.hold());
        let stage = async {
            let stage = self.stage(ground, asked).await;
            let (isolated, why) = match &stage {
                Ok(_) => (true, self.words.own_network().to_owned()),
                Err(why) => (false, why.clone()),
            };
            self.events.tell_first("where", json!({ "isolated": isolated, "why": why }));
            self.events.release_all();
            stage.ok()
        };
        let built = async {
            tokio::select! {
                built = self.build(&ground.root, asked) => built,
                never = self.stop_after(sleep(LONGEST_BUILD), self.words.build_takes_too_long()) => match never {},
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
                Role::Server => return Err(self.words.server_alone().into()),
                Role::Client => return Err(self.words.client_alone().into()),
            }
        }
        match last {
            // "The same port as last time" may have a connection in TIME_WAIT.
            Some(last) if ground.namespaces && named_address(asked).is_some() => {
                Stage::open_again(last).await.map_err(|why| self.words.no_stage(&why))
            }
            _ => open_stage(ground, self.words).await,
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
                never = self.stop_after(sleep(LONGEST_RUN), self.words.takes_too_long()) => match never {},
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
}

fn named_address(asked: &[Asked]) -> Option<SocketAddr> {
    asked.first().and_then(Asked::named_address)
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
