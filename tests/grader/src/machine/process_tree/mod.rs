//! A program with all that it starts, to be ended together.
//!
//! On Unix, a process belongs to a program if it is in the program's process group, or if it has the program's mark
//! in its environment, which children inherit. On Linux a thread polls: it ends a program that exceeds its
//! quota, and what a program has left behind. A process that leaves the group *and* clears its environment
//! is lost to it. On Windows, the program and all that it starts are in a job object.

#[cfg(target_os = "linux")]
mod poll;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix::Family;
#[cfg(windows)]
use windows::Family;

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;

use super::quota::Quota;
use super::spawn::spawn;

/// What is kept of a program that takes too much.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
pub(crate) trait CutOff: Send + Sync {
    /// Notes why the program is about to be ended.
    fn cut_off(&self, reason: String);

    /// Whether the program is to be ended, for whatever reason.
    fn is_cut_off(&self) -> bool;
}

/// What a program is sent: signal(7). Windows has no SIGTERM. There, Ctrl-C reaches what the program has started as
/// well, and a program that is stopped doesn't notice it.
#[derive(Clone, Copy)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
    Stop,
    Continue,
}

/// A running program. It ends, with all that it started, when this is dropped.
pub(crate) struct ProcessTree {
    pub child: Child,
    family: Family,
}

impl ProcessTree {
    /// Starts a program, as the first of a family. `cut_off` is told why the program is ended, if it
    /// exceeds its quota, and may itself have it ended. (Linux)
    pub fn start(
        mut command: Command,
        quota: Quota,
        cut_off: Arc<dyn CutOff>,
    ) -> io::Result<ProcessTree> {
        let (child, family) = Family::start(&mut command, quota, cut_off)?;
        Ok(ProcessTree { child, family })
    }

    /// How the program has ended, if it has. What it has left in its family ends with it.
    pub fn try_wait(&mut self) -> Option<ExitStatus> {
        // Before the kernel gives the number of the program to another: it may once this has been waited for.
        self.family.end_if_first_has();
        self.child.try_wait().ok().flatten()
    }

    /// The processes that the program has started and that were still there a moment ago. (Linux; elsewhere none)
    pub fn others(&self) -> Vec<u32> {
        #[cfg(target_os = "linux")]
        return poll::others(self.family.number);
        #[cfg(not(target_os = "linux"))]
        Vec::new()
    }

    /// Ends the program and its family now, and on Linux in a moment those that have left the group.
    pub fn end(&mut self) {
        if self.try_wait().is_none() {
            self.family.end();
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        self.family.forget();
    }

    /// Ends the program alone, as `kill -9` does, and waits until it is gone. What it has started goes on
    /// until `end`.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.family.wait_for_first(&mut self.child);
    }

    /// Sends the program, without what it has started, a signal.
    pub fn send(&self, signal: Signal) -> io::Result<()> {
        self.family.send(signal)
    }
}

impl Drop for ProcessTree {
    fn drop(&mut self) {
        self.end();
    }
}

/// From now on no other program of this user can open this process's descriptors, or read its environment and
/// its memory: `/proc/PID` belongs to root (prctl(2), `PR_SET_DUMPABLE`). Root still can. (Linux)
pub fn keep_private() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // The record is safe without it; this is one wall more.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Ends all programs that a suite, the process with this number, has started and left behind. (Linux; on Windows
/// they have ended with the suite)
pub fn end_programs_of(suite: u32) {
    #[cfg(target_os = "linux")]
    poll::end_programs_of(suite);
    #[cfg(not(target_os = "linux"))]
    let _ = suite;
}
