//! A process group, and on Linux what has left it.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::Arc;

use rustix::process::{
    Pid, Signal as Number, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

#[cfg(target_os = "linux")]
use super::poll;
use super::{CutOff, Quota, Signal, spawn};

pub struct Family {
    first: Pid,
    #[cfg(target_os = "linux")]
    pub number: poll::Number,
}

impl Family {
    pub fn start(
        command: &mut Command,
        quota: Quota,
        cut_off: Arc<dyn CutOff>,
    ) -> io::Result<(Child, Family)> {
        command.process_group(0);
        #[cfg(target_os = "linux")]
        {
            let number = poll::mark(command);
            let child = spawn(command)?;
            let family = Family { first: Pid::from_child(&child), number };
            poll::begin(number, &child, quota, cut_off);
            Ok((child, family))
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (quota, cut_off);
            let child = spawn(command)?;
            let family = Family { first: Pid::from_child(&child) };
            Ok((child, family))
        }
    }

    pub fn end_if_first_has(&self) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        if waitid(WaitId::Pid(self.first), options).is_ok_and(|it| it.is_some()) {
            self.end();
        }
    }

    pub fn end(&self) {
        let _ = kill_process_group(self.first, Number::KILL);
    }

    pub fn forget(&self) {
        #[cfg(target_os = "linux")]
        poll::end(self.number);
    }

    pub fn wait_for_first(&self, _: &mut Child) {
        // It stays a zombie: `try_wait` finds out how it has ended, and what it has left.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let _ = waitid(WaitId::Pid(self.first), options);
    }

    pub fn send(&self, signal: Signal) -> io::Result<()> {
        let number = match signal {
            Signal::Interrupt => Number::INT,
            Signal::Terminate => Number::TERM,
            Signal::Stop => Number::STOP,
            Signal::Continue => Number::CONT,
        };
        Ok(kill_process(self.first, number)?)
    }
}
