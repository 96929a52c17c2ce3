//! A job object. Windows ends all of its processes when the last handle of it is closed: by us, or because this
//! process has ended, in whatever way ("Job Objects", learn.microsoft.com). What a program starts in the moment
//! before it is in the job is lost to it.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};

use on_windows::OWN_CONSOLE;
use win32job::{ExtendedLimitInfo, Job};

use super::{CutOff, Quota, Signal, spawn};

pub struct Family {
    first: u32,
    job: Mutex<Option<Job>>,
}

impl Family {
    pub fn start(
        command: &mut Command,
        _: Quota,
        _: Arc<dyn CutOff>,
    ) -> io::Result<(Child, Family)> {
        let mut limits = ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
        let child = spawn(command.creation_flags(OWN_CONSOLE))?;
        // It fails if the program has ended already.
        let _ = job.assign_process(child.as_raw_handle() as isize);
        let first = child.id();
        Ok((child, Family { first, job: Mutex::new(Some(job)) }))
    }

    pub fn end_if_first_has(&self) {}

    pub fn end(&self) {
        *self.job.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub fn forget(&self) {
        self.end();
    }

    pub fn wait_for_first(&self, child: &mut Child) {
        let _ = child.wait();
    }

    pub fn send(&self, signal: Signal) -> io::Result<()> {
        match signal {
            Signal::Interrupt => match on_windows::ctrl_c(self.first) {
                // As on Unix, where a signal for a process that has ended is no error.
                Err(_) if on_windows::has_ended(self.first) => Ok(()),
                outcome => outcome,
            },
            Signal::Terminate => Err(io::ErrorKind::Unsupported.into()),
            Signal::Stop => {
                on_windows::suspend(self.first);
                Ok(())
            }
            Signal::Continue => {
                on_windows::resume(self.first);
                Ok(())
            }
        }
    }
}
