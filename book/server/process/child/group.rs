//! On Unix: a process group.

use std::io;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

pub struct Family(Pid);

impl Family {
    /// The command will start the first of a family.
    pub fn is_begun_by(command: &mut Command) {
        command.process_group(0);
    }

    /// The family of a child; none if it has been waited for.
    pub fn of(child: &Child) -> io::Result<Option<Family>> {
        Ok(child.id().and_then(|id| Pid::from_raw(id.cast_signed())).map(Family))
    }

    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    pub fn kill(self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        // It fails when no process is left in the group.
        let _ = kill_process_group(self.0, signal);
    }
}
