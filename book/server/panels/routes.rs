//! What pages ask of runs, over HTTP. The guard has refused all pages but the book's own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use catalog::Language;
use programs::{Asked, Program};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::check::Watched;
use super::client::Actor;
use super::life::What;
use super::panel::Panel;
use super::run::{Ground, Run};
use super::shelf::Shelf;
use super::words;
use crate::grading::GradeQueue;
use crate::request::{LANG, PageLanguage};

/// Runs at the same time; one more, and the oldest is stopped. A browser keeps six connections to a server, and
/// each run holds one; some must be left to ask for its end.
const MOST_RUNS: usize = 3;

/// How long the events of a run are kept when it has ended, for a page whose stream broke.
const KEPT: Duration = Duration::from_secs(10);

const LONGEST_NAME: usize = 200;
const LONGEST_LINE: usize = 1000;

#[derive(Clone)]
pub struct Runs {
    ground: Ground,
    queue: GradeQueue,
    shelf: Shelf,
    list: Arc<Mutex<List>>,
}

#[derive(Default)]
struct List {
    runs: Vec<Arc<Run>>,
    count: u64,
}

/// Why a request is refused.
type Refusal = (StatusCode, String);

impl Runs {
    pub fn new(ground: Ground, queue: &GradeQueue) -> Runs {
        Runs { ground, queue: queue.clone(), shelf: Shelf::default(), list: Arc::default() }
    }

    pub fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        Router::new()
            .route("/live/panel", get(panel))
            .route("/live/run", post(start))
            .route("/live/run/{id}", get(events))
            .route("/live/run/{id}/stop", post(stop))
            .route("/live/run/{id}/input", post(input))
            .route("/live/run/{id}/add", post(add))
            .with_state(self)
    }

    fn list(&self) -> MutexGuard<'_, List> {
        // No call leaves it half changed.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a run. Where there are as many as there may be, the oldest one is stopped, and its end comes first.
    async fn start(
        &self,
        panel: String,
        what: What,
        language: Language,
    ) -> Result<Arc<Run>, Refusal> {
        loop {
            let oldest = match self.start_or_oldest(&panel, &what, language)? {
                Ok(run) => return Ok(run),
                Err(oldest) => oldest,
            };
            oldest.give_way();
            oldest.ended().await;
        }
    }

    /// Starts a run, or finds the one that has to give way to it.
    fn start_or_oldest(
        &self,
        panel: &str,
        what: &What,
        language: Language,
    ) -> Result<Result<Arc<Run>, Arc<Run>>, Refusal> {
        let mut list = self.list();
        let mut going_on = list.runs.iter().filter(|run| !run.is_over());
        if going_on.clone().any(|run| run.panel == panel) {
            return Err((StatusCode::CONFLICT, words::of(language).runs_already().to_owned()));
        }
        if going_on.clone().count() >= MOST_RUNS
            && let Some(oldest) = going_on.next()
        {
            return Ok(Err(Arc::clone(oldest)));
        }
        list.count += 1;
        // A page of an earlier run of the server must not meet one of these under its id.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let id = format!("{:x}-{}", now.as_nanos(), list.count);
        let (ground, shelf) = (self.ground.clone(), self.shelf.clone());
        let run = Run::start(id, panel.to_owned(), ground, shelf, what.clone(), language);
        list.runs.push(Arc::clone(&run));
        drop(list);
        tokio::spawn({
            let (runs, run) = (self.clone(), Arc::clone(&run));
            async move {
                run.closed().await;
                sleep(KEPT).await;
                runs.list().runs.retain(|other| !Arc::ptr_eq(other, &run));
            }
        });
        Ok(Ok(run))
    }

    fn named(&self, id: &str, language: Language) -> Result<Arc<Run>, Refusal> {
        let gone = || (StatusCode::NOT_FOUND, words::of(language).no_such_run().to_owned());
        self.list().runs.iter().find(|run| run.id == id).cloned().ok_or_else(gone)
    }
}

/// `GET /live/panel?server=…&client=…`: what a panel of a chapter is to show.
async fn panel(
    PageLanguage(language): PageLanguage,
    Query(sides): Query<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let sides = sides.iter().map(|(side, text)| (side.as_str(), text.as_str()));
    let sides = sides.filter(|(name, _)| *name != LANG);
    let panel = Panel::written(sides).map_err(|why| (StatusCode::NOT_FOUND, why))?;
    let described: Vec<_> = panel.programs.iter().map(|asked| asked.described(language)).collect();
    let actors = Actor::described(&panel.programs, words::of(language));
    Ok(Json(json!({ "programs": described, "actors": actors })).into_response())
}

/// `POST /live/run`: starts the programs of a panel, or a check of an exercise.
async fn start(
    State(runs): State<Runs>,
    PageLanguage(language): PageLanguage,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(body) = body.map_err(|why| (why.status(), why.body_text()))?;
    let bad = |why: String| (StatusCode::BAD_REQUEST, why);
    let panel = short(&body["panel"], LONGEST_NAME).ok_or(bad("names no panel".into()))?;
    let what = match &body["check"] {
        Value::Null => What::Programs(programs(&body["programs"], language).map_err(bad)?),
        check => {
            let watched = Watched::named(&runs.queue, check).map_err(bad)?;
            if !watched.is_begun() {
                return Err((StatusCode::CONFLICT, words::of(language).not_begun().to_owned()));
            }
            What::Check(Box::new(watched))
        }
    };
    let run = runs.start(panel, what, language).await?;
    Ok(Json(json!({ "run": run.id })).into_response())
}

fn programs(asked: &Value, language: Language) -> Result<Vec<Asked>, String> {
    let programs = asked.as_array().ok_or("names no programs")?;
    if !(1..=2).contains(&programs.len()) {
        return Err("a run has one program or two".into());
    }
    programs.iter().map(|program| wanted(program, language)).collect()
}

fn wanted(program: &Value, language: Language) -> Result<Asked, String> {
    let name = program["name"].as_str().unwrap_or_default();
    let known = Program::named(name).ok_or_else(|| format!("no program {name:?}"))?;
    let given = match &program["arguments"] {
        Value::Object(given) => given.clone(),
        Value::Null => Map::new(),
        _ => return Err("the arguments have no names".into()),
    };
    let asked = Asked { program: known, given };
    asked.call(None, language)?;
    Ok(asked)
}

/// `GET /live/run/ID`: all events of a run, or those behind the last one that the page has heard.
async fn events(
    State(runs): State<Runs>,
    Path(id): Path<String>,
    PageLanguage(language): PageLanguage,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let run = runs.named(&id, language)?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<usize>().ok());
    let from = last.map_or(0, |last| last.saturating_add(1));
    Ok(Sse::new(run.stream(from)).keep_alive(KeepAlive::default()).into_response())
}

/// `POST /live/run/ID/stop`
async fn stop(
    State(runs): State<Runs>,
    Path(id): Path<String>,
    PageLanguage(language): PageLanguage,
) -> Result<StatusCode, Refusal> {
    runs.named(&id, language)?.stop();
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /live/run/ID/add`: one more client for the server of a run.
async fn add(
    State(runs): State<Runs>,
    Path(id): Path<String>,
    PageLanguage(language): PageLanguage,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<StatusCode, Refusal> {
    let run = runs.named(&id, language)?;
    let Json(body) = body.map_err(|why| (why.status(), why.body_text()))?;
    let actor = body["actor"].as_str().and_then(Actor::named);
    let actor = actor.ok_or((StatusCode::BAD_REQUEST, "there is no such client".to_owned()))?;
    let refused = |why: &str| (StatusCode::CONFLICT, why.to_owned());
    run.add(actor).await.map(|()| StatusCode::NO_CONTENT).map_err(refused)
}

/// `POST /live/run/ID/input`: a line for a program's standard input.
async fn input(
    State(runs): State<Runs>,
    Path(id): Path<String>,
    PageLanguage(language): PageLanguage,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<StatusCode, Refusal> {
    let run = runs.named(&id, language)?;
    let Json(body) = body.map_err(|why| (why.status(), why.body_text()))?;
    let bad = |why: &str| (StatusCode::BAD_REQUEST, why.to_owned());
    let line = short(&body["line"], LONGEST_LINE).ok_or(bad(words::of(language).no_line()))?;
    let program = body["program"].as_u64().and_then(|index| usize::try_from(index).ok());
    run.say(program.ok_or(bad("names no program"))?, line.replace(['\n', '\r'], " "));
    Ok(StatusCode::NO_CONTENT)
}

fn short(value: &Value, longest: usize) -> Option<String> {
    value.as_str().filter(|text| text.len() <= longest).map(str::to_owned)
}
