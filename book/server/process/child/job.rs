//! On Windows: a job object. Windows ends all of its processes when the last handle of it is closed, by us or because
//! the server has ended, in whatever way ("Job Objects", learn.microsoft.com).

use std::io;

use on_windows::OWN_CONSOLE;
use tokio::process::{Child, Command};
use win32job::{ExtendedLimitInfo, Job};

pub struct Family {
    first: u32,
    _job: Job,
}

impl Family {
    /// The command will start the first of a family.
    pub fn is_begun_by(command: &mut Command) {
        command.creation_flags(OWN_CONSOLE);
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
        Ok(Some(Family { first: id, _job: job }))
    }

    pub fn interrupt(&self) {
        let first = self.first;
        // Another process does it, and takes a moment. If it fails, patience ends.
        tokio::task::spawn_blocking(move || on_windows::ctrl_c(first));
    }

    /// Dropping the job closes it.
    pub fn kill(self) {}
}
