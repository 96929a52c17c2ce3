//! The machine that the checks run on: what its kernel says of sockets, processes and threads, what is
//! installed, how long to wait, and how programs are started and ended.

mod activity;
mod busy;
mod cargo;
mod channel;
mod data;
mod deadline;
mod missing;
mod network;
mod patience;
mod places;
mod process;
mod process_tree;
mod python;
mod quota;
mod rlimit;
#[cfg(target_os = "linux")]
mod sock_diag;
pub mod sockets;
mod spawn;
mod stall;
mod start_time;
mod terminal;

pub(crate) use activity::{Activity, is_asleep, listeners};
pub(crate) use busy::{busy_since, slowdown};
pub(crate) use cargo::stops_at_a_failure;
pub(crate) use channel::{Channel, tell, tell_on};
pub(crate) use data::{Data, RECORDED as RECORDED_SEED, seed};
pub(crate) use deadline::Deadline;
pub use missing::{has_ipv6, is_wine};
pub use network::{Machine, Network, Retransmits};
pub(crate) use patience::{graded, must_fail, must_pass};
pub(crate) use places::built;
pub use places::{lesson as lesson_folder, program_file, workspace};
pub use process::Usage;
pub(crate) use process::{has_ended, has_socket, is_stopped, running_threads};
pub(crate) use process_tree::{CutOff, ProcessTree, Signal};
pub use process_tree::{end_programs_of, keep_private};
pub(crate) use python::{PYTHON, SEARCH};
pub use quota::Quota;
pub use rlimit::Rlimit;
pub(crate) use rlimit::{change_descriptors, next_descriptor, set as set_rlimit, take_descriptors};
pub use spawn::close;
#[cfg(test)]
pub(crate) use spawn::said_with;
pub(crate) use spawn::{close_after, close_for_good, spawn};
pub use stall::despite_stalls;
pub(crate) use start_time::{allowance, begins as start_begins, seen as start_seen};
pub(crate) use terminal::terminal_width;
