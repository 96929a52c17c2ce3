//! Suites: everything that is tested about one lesson, and who may read the results.

mod answers;
mod exercise;
mod filter;
mod head;
mod judge;
mod lesson;
mod listed;
mod live;
mod page;
mod record;
mod recorded_report;
mod rejected;
mod reports;
mod starter;
mod whole;
mod wrong;

pub use exercise::Exercise;
pub use lesson::Lesson;
pub use live::LIVE;
pub use record::{Graded, RECORD, Status};
pub use starter::{Begun, begun, starter};
