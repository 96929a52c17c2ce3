use std::io;
use std::process::{Child, Command};
use std::sync::Arc;

use crate::limits::Limits;
use crate::output::Output;
use crate::spawn::spawn;
#[cfg(target_os = "linux")]
use crate::watch;

/// A program with all that it starts, to be ended together.
pub(crate) struct Family {
    #[cfg(target_os = "linux")]
    number: watch::Number,
}

impl Family {
    /// Starts a program in a process group of its own. On Linux it is watched from now on, and ended
    /// when it exceeds the limits.
    pub fn start(
        mut command: Command,
        limits: Limits,
        output: &Arc<Output>,
    ) -> io::Result<(Child, Family)> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(target_os = "linux")]
        {
            let number = watch::mark(&mut command);
            let child = spawn(&mut command)?;
            watch::begin(number, limits, output);
            Ok((child, Family { number }))
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (limits, output);
            Ok((spawn(&mut command)?, Family {}))
        }
    }

    /// Ends the program and all that it has started: those in its process group now, and on Linux in a
    /// moment those that have left it; on Windows the program alone.
    pub fn end(&self, child: &mut Child) {
        #[cfg(target_os = "linux")]
        watch::end_others(self.number);
        #[cfg(unix)]
        {
            // Once it has been waited for, its number may be another's; Linux has better means then.
            let waited_for = matches!(child.try_wait(), Ok(Some(_)));
            if !waited_for || !cfg!(target_os = "linux") {
                let group = rustix::process::Pid::from_child(child);
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        #[cfg(target_os = "linux")]
        watch::end(self.number);
    }
}
