//! The grader: the vocabulary in which the workbook's checks are written.
//!
//! A [`Check`] demands one thing of a [`Subject`], the program under test. It starts the subject as a
//! real process, talks real TCP to it as a [`Peer`], and every action is a numbered step. A check that
//! fails becomes a [`Report`]. A [`Lesson`] runs its checks on the lesson's program, which must pass
//! all of them, and on each of its faults, which must fail exactly those that it names.

mod cause;
mod check;
pub mod contract;
mod doing;
mod exercise;
mod finished;
mod lesson;
mod listed;
mod listener;
mod live;
mod patience;
mod peer;
mod program;
mod record;
mod recorded_report;
mod rejected;
mod report;
mod run;
mod show;
mod spawn;
mod subject;
mod trace;
mod transcript;
mod usage;

pub use check::{Broken, Check, Needs, Outcome, check};
pub use exercise::Exercise;
pub use finished::Finished;
pub use lesson::Lesson;
pub use listener::Listener;
pub use live::LIVE;
pub use peer::Peer;
pub use program::Program;
pub use record::{Graded, RECORD, Status};
pub use report::Report;
pub use run::{Nobody, Run, private_loopback};
pub use show::show;
pub use spawn::close;
pub use subject::Subject;
pub use transcript::{Mask, without_frames};
pub use usage::Usage;
