//! Exercises that are graded while they are edited.

mod answer;
mod channel;
mod editor;
mod grades;
mod queue;
mod routes;
pub mod suite;
mod words;
mod worker;

pub use grades::{Grades, Told, learn};
pub use queue::{GradeQueue, OpenPage};
pub use routes::routes;
pub use worker::Workers;
