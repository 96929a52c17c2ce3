//! Suites: everything that is tested about one lesson, and who may read the results.

mod answers;
mod exercise;
mod judge;
mod lesson;
mod listed;
mod live;
mod page;
mod record;
mod recorded_report;
mod rejected;
mod whole;
mod wrong;

pub use exercise::{Exercise, is_begun};
pub use lesson::Lesson;
pub use live::LIVE;
pub use record::{Graded, RECORD, Status};
