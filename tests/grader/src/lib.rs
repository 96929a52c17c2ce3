//! The grader: the vocabulary in which the workbook's checks are written.
//!
//! A [`Check`] demands one thing of a [`Subject`], the program under test. It starts the subject as a
//! real process, talks real TCP to it as a [`Peer`], and every action is a numbered step. A check that
//! fails becomes a [`Report`]. A [`Lesson`] runs its checks on the lesson's program, which must pass
//! all of them, and on each of its faults, which must fail exactly those that it names.

mod answers;
mod cause;
mod check;
mod doing;
mod exercise;
mod family;
mod finished;
mod judge;
pub mod kernel;
mod lesson;
mod limit;
mod limits;
mod listed;
mod listener;
mod live;
mod network;
mod output;
mod page;
mod patience;
mod peer;
#[cfg(target_os = "linux")]
mod processes;
mod program;
mod record;
mod recorded_report;
mod recording;
mod rejected;
mod report;
mod run;
mod show;
mod spawn;
mod standstill;
mod stat;
mod subject;
mod trace;
mod usage;
#[cfg(target_os = "linux")]
mod watch;
mod whole;
mod workspace;
mod wrong;

pub use check::{Broken, Check, Needs, Outcome, check};
pub use exercise::{Exercise, is_begun};
pub use finished::Finished;
pub use lesson::Lesson;
pub use limit::Limit;
pub use limits::Limits;
pub use listener::Listener;
pub use live::LIVE;
pub use network::{Machine, Network, SentAgain};
pub use peer::{Peer, uninterrupted};
pub use program::{Program, ways_to_end};
pub use record::{Graded, RECORD, Status};
pub use recording::{recorded, without_frames};
pub use report::Report;
pub use run::{Nobody, Run, private_loopback};
pub use show::show;
pub use spawn::close;
pub use standstill::despite_standstills;
pub use subject::Subject;
pub use usage::Usage;
pub use workspace::{lesson as lesson_folder, program_file, workspace};
