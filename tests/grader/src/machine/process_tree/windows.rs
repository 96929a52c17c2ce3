//! A job object. Windows ends all of its processes when the last handle of it is closed: by us, or because this
//! process has ended, in whatever way ("Job Objects", learn.microsoft.com). What a program starts in the moment
//! before it is in the job is lost to it.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};

use send_ctrlc::Interruptible;
use win32job::{ExtendedLimitInfo, Job};

use super::{CutOff, Quota, Signal, spawn};

/// CREATE_NEW_PROCESS_GROUP: a Ctrl-Break is for a group, and without this flag it is ours ("Process Creation
/// Flags").
const A_GROUP_OF_ITS_OWN: u32 = 0x200;

pub struct Family {
    first: First,
    job: Mutex<Option<Job>>,
}

/// The number of the first process, which is that of its group as well.
#[derive(Clone, Copy)]
struct First(u32);

impl Family {
    pub fn start(
        command: &mut Command,
        _: Quota,
        _: Arc<dyn CutOff>,
    ) -> io::Result<(Child, Family)> {
        let mut limits = ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
        let child = spawn(command.creation_flags(A_GROUP_OF_ITS_OWN))?;
        // It fails if the program has ended already.
        let _ = job.assign_process(child.as_raw_handle() as isize);
        let first = First(child.id());
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
            // A Ctrl-C itself can't be sent to one group alone ("GenerateConsoleCtrlEvent").
            Signal::Interrupt => { self.first }.terminate(),
            Signal::Terminate | Signal::Stop | Signal::Continue => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }
}

impl Interruptible for First {
    fn pid(&mut self) -> io::Result<Option<u32>> {
        Ok(Some(self.0))
    }
}
