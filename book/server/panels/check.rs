//! A check of the reader's exercise, run once more so that they can watch it: its packets, its steps, and how it ends.

use std::time::Duration;

use futures_util::future::join;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::run::{Ground, LONGEST_BUILD, LONGEST_RUN, Run, open_stage};
use crate::grading::suite::{self, Built, Event, Verdict};
use crate::grading::{GradeQueue, learn};
use crate::process::parent_death::{self, Entrance};
use crate::source::Exercise;
use crate::stage;

/// A check may greet hundreds of clients. Only so many of its steps are told while it lasts; the report has all.
const MOST_STEPS: usize = 200;

/// How a check can end.
const ENDINGS: [&str; 3] = ["passed", "failed", "not judged"];

/// A check of an exercise that the reader has begun.
#[derive(Clone)]
pub struct Watched {
    exercise: Exercise,
    check: String,
    /// How it has ended before, as far as the page knows.
    before: Option<&'static str>,
}

impl Watched {
    /// The check that a page names, if the book has it.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn named(queue: &GradeQueue, asked: &Value) -> Result<Watched, String> {
        let name = |part: &str| asked[part].as_str().unwrap_or_default().to_owned();
        let (lesson, check) = (name("lesson"), name("check"));
        let exercise =
            queue.of_lesson(&lesson).ok_or_else(|| format!("no exercise of {lesson:?}"))?;
        if !exercise.lists(queue.root(), &check) {
            return Err(format!("exercise of {lesson}: no check {check:?}"));
        }
        let before = ENDINGS.into_iter().find(|ending| asked["status"] == *ending);
        Ok(Watched { exercise: exercise.clone(), check, before })
    }

    pub fn is_begun(&self) -> bool {
        self.exercise.is_begun()
    }
}

impl Run {
    /// Runs a check on a stage, and tells how it has ended. Without a stage there is nothing to watch.
    pub(super) async fn check(&self, ground: &Ground, watched: &Watched) {
        let mut stage = match open_stage(ground, self.words).await {
            Ok(stage) => stage,
            Err(why) => {
                self.events.tell("where", json!({ "isolated": false, "why": why }));
                let message = self.words.nothing_to_watch(&why);
                self.report(watched, json!({ "status": "not watched", "message": message }));
                return self.over();
            }
        };
        self.events.tell("where", json!({ "isolated": true, "why": self.words.own_network() }));
        match self.build_suite(ground, watched).await {
            Ok(built) => {
                let marks = self.events.hold();
                let entrance = stage.spaces().entrance();
                let judged = async {
                    tokio::select! {
                        () = self.judge(ground, watched, &built, &entrance) => {}
                        never = self.stop_after(sleep(LONGEST_RUN), self.words.takes_too_long()) => match never {},
                    }
                    self.over();
                };
                join(judged, self.watch(&mut stage, marks, None)).await;
                self.events.release_all();
            }
            Err(verdict) => {
                self.tell_verdict(watched, json!({}), verdict);
                self.over();
            }
        }
        stage.close().await;
    }

    async fn build_suite(&self, ground: &Ground, watched: &Watched) -> Result<Built, Verdict> {
        let mut stop = self.stop.subscribe();
        let mut progress = |event| {
            if let Event::Building(line) = event {
                self.events.tell("build", json!({ "text": line }));
            }
        };
        tokio::select! {
            built = suite::build(&ground.root, &watched.exercise, self.language, &mut stop, &mut progress) => built,
            never = self.stop_after(sleep(LONGEST_BUILD), self.words.build_takes_too_long()) => match never {},
        }
    }

    async fn judge(&self, ground: &Ground, watched: &Watched, built: &Built, entrance: &Entrance) {
        let Watched { exercise, check, .. } = watched;
        let name = format!("{}::{check}", built.exercise);
        let start = json!({
            "program": 0,
            "name": built.exercise,
            "role": "program",
            "command": format!("cargo test -p {} {name}", exercise.lesson),
        });
        self.events.tell("start", start);
        let mut command = parent_death::command_at(entrance, built.suite.clone().into());
        command.args([&*name, "--exact"]).env("GRADER_STEPS", "1");
        let (mut known, mut steps) = (json!({}), 0);
        let epoch = stage::clock_at(self.started);
        let live = |mut line: Value| match line["live"].as_str() {
            Some("checks") => {
                let checks = line["checks"].as_array_mut().into_iter().flatten();
                if let Some(listed) = checks.into_iter().find(|one| one["check"] == **check) {
                    known = listed.take();
                }
            }
            Some("step") if steps < MOST_STEPS => {
                steps += 1;
                // What the step does may be seen before its line is read here.
                let at = line["at"].as_u64().map(Duration::from_nanos);
                let at = at
                    .map(|at| at.saturating_sub(epoch))
                    .filter(|at| *at <= self.started.elapsed());
                let at = at.unwrap_or_else(|| self.started.elapsed());
                self.events.tell_at("step", at, json!({ "text": line["step"] }));
            }
            Some("ended") if line["check"] == **check => learn(&mut known, &line),
            _ => {}
        };
        let mut stop = self.stop.subscribe();
        let verdict = suite::run(
            &ground.root,
            exercise,
            Some(check),
            self.language,
            &mut command,
            &mut stop,
            live,
        )
        .await;
        self.tell_verdict(watched, known, verdict);
    }

    /// Tells what is known of the check when its suite has ended.
    fn tell_verdict(&self, watched: &Watched, mut known: Value, verdict: Verdict) {
        let (status, message) = match verdict {
            Verdict::Graded => return self.report(watched, known),
            Verdict::Stopped => return,
            Verdict::DoesNotCompile(errors) => ("does not compile", errors),
            // The list says so of a check that this machine cannot run.
            Verdict::Failed(_) if known["status"] == "not available" => {
                return self.report(watched, known);
            }
            Verdict::Failed(why) => ("cannot grade", why),
        };
        known["status"] = status.into();
        known["message"] = message.into();
        self.report(watched, known);
    }

    fn report(&self, watched: &Watched, mut known: Value) {
        let Watched { exercise, check, before } = watched;
        known["lesson"] = exercise.lesson.as_str().into();
        known["check"] = check.as_str().into();
        known["differs"] = before.and_then(|before| self.differs(before, &known["status"])).into();
        self.events.tell("report", known);
    }

    /// What to say where a check has ended in another way than before.
    fn differs(&self, before: &str, now: &Value) -> Option<String> {
        let now = now.as_str().filter(|now| ENDINGS.contains(now) && *now != before)?;
        Some(self.words.differs(before, now))
    }
}
