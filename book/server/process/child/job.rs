//! On Windows: a job object. Windows ends all of its processes when the last handle of it is closed, by us or because
//! the server has ended, in whatever way ("Job Objects", learn.microsoft.com).

use std::io;

use send_ctrlc::Interruptible;
use tokio::process::{Child, Command};
use win32job::{ExtendedLimitInfo, Job};

/// CREATE_NEW_PROCESS_GROUP: a Ctrl-Break is for a group, and without this flag it is ours ("Process Creation
/// Flags").
const A_GROUP_OF_ITS_OWN: u32 = 0x200;

pub struct Family {
    first: First,
    _job: Job,
}

/// The number of the first process, which is that of its group as well.
#[derive(Clone, Copy)]
struct First(u32);

impl Family {
    /// The command will start the first of a family.
    pub fn is_begun_by(command: &mut Command) {
        command.creation_flags(A_GROUP_OF_ITS_OWN);
    }

    /// The family of a child; none if it has been waited for.
    ///
    /// # Errors
    ///
    /// Windows makes no job object.
    pub fn of(child: &Child) -> io::Result<Option<Family>> {
        let (Some(id), Some(handle)) = (child.id(), child.raw_handle()) else { return Ok(None) };
        let mut limits = ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
        // It fails if the child has ended already.
        let _ = job.assign_process(handle as isize);
        Ok(Some(Family { first: First(id), _job: job }))
    }

    /// A Ctrl-Break, since a Ctrl-C can't be sent to one group alone ("GenerateConsoleCtrlEvent").
    pub fn interrupt(&self) {
        // It fails where the server has no console, and then patience ends.
        let _ = { self.first }.terminate();
    }

    /// Dropping the job closes it.
    pub fn kill(self) {}
}

impl Interruptible for First {
    fn pid(&mut self) -> io::Result<Option<u32>> {
        Ok(Some(self.0))
    }
}
