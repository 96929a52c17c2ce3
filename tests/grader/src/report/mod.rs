//! What a failing check prints, its likely cause, and recordings of what programs and reports say.

mod cause;
mod difference;
mod perform;
mod recording;
mod redaction;
#[cfg(all(test, unix))]
mod tests;
mod text;

pub use perform::judge;
pub(crate) use perform::{attempt, grade, perform, perform_from};
pub(crate) use recording::{Action, action, compare, compare_or, display, overwrites};
pub use recording::{recorded, without_frames};
pub(crate) use redaction::redacted;
pub use text::Report;
pub(crate) use text::page;
