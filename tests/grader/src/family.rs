use std::io;
use std::process::{Child, Command};
use std::sync::Arc;

#[cfg(unix)]
use rustix::process::{Pid, Signal};

use crate::limits::Limits;
use crate::output::Output;
use crate::spawn::spawn;
#[cfg(target_os = "linux")]
use crate::watch;

/// A program with all that it starts, to be ended together.
#[derive(Clone, Copy)]
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
            watch::begin(number, &child, limits, output);
            Ok((child, Family { number }))
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (limits, output);
            Ok((spawn(&mut command)?, Family {}))
        }
    }

    /// Ends a program that has exceeded a limit, while it is still waited for. Elsewhere than on Linux
    /// it goes on until its run is over.
    pub fn cut_off(self) {
        #[cfg(target_os = "linux")]
        watch::kill(self.number, None);
    }

    /// Ends the program and all that it has started: on Linux whatever they have done to escape,
    /// elsewhere those in its process group, on Windows the program alone.
    pub fn end(self, child: &mut Child) {
        let runs = !matches!(child.try_wait(), Ok(Some(_)));
        // Once it has been waited for, its number may be another's; Linux knows the others by better
        // means.
        #[cfg(unix)]
        let group = (runs || !cfg!(target_os = "linux")).then(|| Pid::from_child(child));
        #[cfg(target_os = "linux")]
        let others = {
            signal(group, Signal::STOP);
            watch::kill(self.number, group)
        };
        #[cfg(unix)]
        signal(group, Signal::KILL);
        if runs {
            let _ = child.kill();
            let _ = child.wait();
        }
        #[cfg(target_os = "linux")]
        {
            if others {
                watch::await_end(self.number);
            }
            watch::end(self.number);
        }
    }
}

#[cfg(unix)]
fn signal(group: Option<Pid>, signal: Signal) {
    if let Some(group) = group {
        let _ = rustix::process::kill_process_group(group, signal);
    }
}
