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

async fn on(State(Exercises { queue, .. }): State<Exercises>) -> StatusCode {
    queue.switch_on();
    StatusCode::NO_CONTENT
}

async fn off(State(Exercises { queue, .. }): State<Exercises>) -> StatusCode {
    queue.switch_off();
    StatusCode::NO_CONTENT
}

async fn now(State(one): State<Exercises>, Path(lesson): Path<String>) -> StatusCode {
    match one.queue.grade_now(&lesson) {
        Some(true) => StatusCode::NO_CONTENT,
        Some(false) => StatusCode::CONFLICT,
        None => StatusCode::NOT_FOUND,
    }
}

/// `POST /live/grade/open/LESSON`: opens the exercise in the editor of the person who has started this server.
/// If that cannot be, the answer says why, and where the file is.
async fn open(State(one): State<Exercises>, Path(lesson): Path<String>) -> Response {
    let Some(exercise) = one.queue.of_lesson(&lesson).filter(|one| one.file.is_file()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (why, variable) = match one.editor.open(&exercise.file) {
        Ok(name) => return Json(json!({ "opened": name })).into_response(),
        Err(Unopened::Unknown) => {
            ("no editor is known that opens a window".to_owned(), Some(VARIABLE))
        }
        Err(Unopened::TooMany) => {
            ("the page has opened five editors, so please close one".to_owned(), None)
        }
        Err(Unopened::Failed(why)) => (format!("cannot start {why}"), Some(VARIABLE)),
    };
    let path = exercise.file.to_string_lossy();
    let body = json!({ "why": why, "variable": variable, "path": path });
    (StatusCode::CONFLICT, Json(body)).into_response()
}

/// `GET /live/grade/differences/LESSON`: how the solution differs from an answer that passes all checks.
async fn compared(
    State(one): State<Exercises>,
    Path(lesson): Path<String>,
) -> Result<Response, (StatusCode, String)> {
    let Some(exercise) = one.queue.of_lesson(&lesson) else {
        return Err((StatusCode::NOT_FOUND, "there is no such exercise\n".to_owned()));
    };
    if !one.queue.is_passed(&lesson) {
        let why = "the solution comes when all checks of your file, as it is now, have passed\n";
        return Err((StatusCode::CONFLICT, why.to_owned()));
    }
    match differences(one.queue.root(), exercise) {
        Ok(differences) => Ok(Json(differences).into_response()),
        Err(why) => Err((StatusCode::CONFLICT, format!("cannot compare: {why}\n"))),
    }
}
