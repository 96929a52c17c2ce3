//! What a page may ask of the grade queue. The guard has refused all pages but the book's own.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::post;

use super::queue::GradeQueue;

pub fn routes(queue: &GradeQueue) -> Router {
    let (on, off, now) = (queue.clone(), queue.clone(), queue.clone());
    let switch_on = || async move {
        on.switch_on();
        StatusCode::NO_CONTENT
    };
    let switch_off = || async move {
        off.switch_off();
        StatusCode::NO_CONTENT
    };
    // The lesson is looked up in the list of exercises, and is a part of no path or command line.
    let grade_now = |Path(lesson): Path<String>| async move {
        match now.grade_now(&lesson) {
            Some(true) => StatusCode::NO_CONTENT,
            Some(false) => StatusCode::CONFLICT,
            None => StatusCode::NOT_FOUND,
        }
    };
    Router::new()
        .route("/live/grade/now/{lesson}", post(grade_now))
        .route("/live/grade/on", post(switch_on))
        .route("/live/grade/off", post(switch_off))
}
