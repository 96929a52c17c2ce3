//! The namespaces of a stage. They are there for as long as a process is in them or their files are open, and with
//! them what the kernel keeps: a connection in TIME_WAIT, for one, when all programs have ended.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::parent_death::Entrance;

pub struct Spaces {
    user: File,
    network: File,
    /// Another run is in them now.
    is_taken: AtomicBool,
}

impl Spaces {
    /// The namespaces of a process, a child of ours that we've not waited for.
    ///
    /// # Errors
    ///
    /// The system doesn't let us see them.
    pub fn of(process: u32) -> io::Result<Spaces> {
        let open = |name| File::open(format!("/proc/{process}/ns/{name}"));
        Ok(Spaces { user: open("user")?, network: open("net")?, is_taken: AtomicBool::new(false) })
    }

    /// The same for another run; this one has had its turn.
    ///
    /// # Errors
    ///
    /// There are too many open files.
    pub fn take(&self) -> io::Result<Spaces> {
        self.is_taken.store(true, Ordering::Relaxed);
        let (user, network) = (self.user.try_clone()?, self.network.try_clone()?);
        Ok(Spaces { user, network, is_taken: AtomicBool::new(false) })
    }

    pub fn is_taken(&self) -> bool {
        self.is_taken.load(Ordering::Relaxed)
    }

    /// How a child of this process comes to them.
    #[cfg(target_os = "linux")]
    pub fn entrance(&self) -> Entrance {
        use std::os::fd::AsRawFd;
        let id = std::process::id();
        let path = |file: &File| format!("/proc/{id}/fd/{}", file.as_raw_fd()).into();
        Entrance::by(path(&self.user), path(&self.network))
    }

    #[cfg(not(target_os = "linux"))]
    pub fn entrance(&self) -> Entrance {
        Entrance::default()
    }
}
