//! What acts in a check: programs under test, the check's own ends of connections, and the run that starts
//! and connects them. All of them write to one trace.

mod deadlines;
mod finished;
mod listener;
mod network;
mod observed;
mod output;
mod peer;
mod program;
mod run;
mod start;
mod statements;
mod subject;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod trace;

pub use finished::{Finished, explains, names};
pub use listener::Listener;
pub(crate) use output::cut;
pub use peer::{Peer, uninterrupted};
pub use program::{Program, ways_to_end};
pub use run::{ANY_PORT, ANY_PORT_OF_IPV6, ClosedPort, Run, private_loopback};
pub(crate) use start::measure_start;
pub use subject::{Subject, Unread};
pub use trace::STEPS;
pub(crate) use trace::{Record, Started, Trace};

/// One demand on a program, or one statement about TCP that an experiment shows: performed by a [`Run`].
pub type Check = crate::check::Check<Run>;
