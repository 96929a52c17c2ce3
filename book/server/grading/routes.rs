//! What a page may ask of the grade queue. The guard has refused all pages but the book's own.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;

use super::queue::GradeQueue;

pub fn routes(queue: &GradeQueue) -> Router {
    let (on, off) = (queue.clone(), queue.clone());
    let switch_on = || async move {
        on.switch_on();
        StatusCode::NO_CONTENT
    };
    let switch_off = || async move {
        off.switch_off();
        StatusCode::NO_CONTENT
    };
    Router::new()
        .route("/live/grade/on", post(switch_on))
        .route("/live/grade/off", post(switch_off))
}
