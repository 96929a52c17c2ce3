//! What a page may ask about exercises. The guard has refused all pages but the book's own.
//!
//! A lesson is looked up in the list of exercises, and is a part of no path or command line.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use super::answer::differences;
use super::editor::{Editor, Unopened, VARIABLE};
use super::queue::GradeQueue;
use super::words;
use crate::request::PageLanguage;

#[derive(Clone)]
struct Exercises {
    queue: GradeQueue,
    editor: Editor,
}

pub fn routes(queue: &GradeQueue) -> Router {
    let exercises = Exercises { queue: queue.clone(), editor: Editor::from_environment() };
    Router::new()
        .route("/live/grade/on", post(on))
        .route("/live/grade/off", post(off))
        .route("/live/grade/now/{lesson}", post(now))
        .route("/live/grade/open/{lesson}", post(open))
        .route("/live/grade/differences/{lesson}", get(compared))
        .with_state(exercises)
}

async fn on(
    State(Exercises { queue, .. }): State<Exercises>,
    PageLanguage(language): PageLanguage,
) -> StatusCode {
    queue.switch_on(language);
    StatusCode::NO_CONTENT
}

async fn off(State(Exercises { queue, .. }): State<Exercises>) -> StatusCode {
    queue.switch_off();
    StatusCode::NO_CONTENT
}

async fn now(
    State(one): State<Exercises>,
    Path(lesson): Path<String>,
    PageLanguage(language): PageLanguage,
) -> StatusCode {
    match one.queue.grade_now(&lesson, language) {
        Some(true) => StatusCode::NO_CONTENT,
        Some(false) => StatusCode::CONFLICT,
        None => StatusCode::NOT_FOUND,
    }
}

/// `POST /live/grade/open/LESSON`: opens the exercise in the editor of the person who has started this server.
/// If that cannot be, the answer says why, and where the file is.
async fn open(
    State(one): State<Exercises>,
    Path(lesson): Path<String>,
    PageLanguage(language): PageLanguage,
) -> Response {
    let Some(exercise) = one.queue.of_lesson(&lesson).filter(|one| one.file.is_file()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let why = match one.editor.open(&exercise.file) {
        Ok(name) => return Json(json!({ "opened": name })).into_response(),
        Err(why) => why,
    };
    let variable = (!matches!(why, Unopened::TooMany)).then_some(VARIABLE);
    let why = words::of(language).unopened(&why);
    let path = exercise.file.to_string_lossy();
    let body = json!({ "why": why, "variable": variable, "path": path });
    (StatusCode::CONFLICT, Json(body)).into_response()
}

/// `GET /live/grade/differences/LESSON`: how the solution differs from an answer that passes all checks.
async fn compared(
    State(one): State<Exercises>,
    Path(lesson): Path<String>,
    PageLanguage(language): PageLanguage,
) -> Result<Response, (StatusCode, String)> {
    let words = words::of(language);
    let Some(exercise) = one.queue.of_lesson(&lesson) else {
        return Err((StatusCode::NOT_FOUND, format!("{}\n", words.no_such_exercise())));
    };
    if !one.queue.is_passed(&lesson) {
        return Err((StatusCode::CONFLICT, format!("{}\n", words.passes_first())));
    }
    match differences(one.queue.root(), exercise, words) {
        Ok(differences) => Ok(Json(differences).into_response()),
        Err(why) => Err((StatusCode::CONFLICT, format!("{why}\n"))),
    }
}
