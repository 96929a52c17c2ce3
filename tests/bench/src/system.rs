//! What is asked of the system. Only Linux tells the benchmark all that it wants to know; elsewhere it ends with an
//! error that says so.

#[cfg(target_os = "linux")]
pub use linux::{Processors, own_time, take_descriptors};
#[cfg(not(target_os = "linux"))]
pub use nowhere_else::{Processors, own_time, take_descriptors};

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::time::Duration;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use rustix::time::{ClockId, clock_gettime};

    /// The processors that this program may use.
    pub struct Processors {
        all: CpuSet,
        server: Option<CpuSet>,
        client: Option<CpuSet>,
    }

    impl Processors {
        /// One for the server and another one for the clients, where there are two.
        ///
        /// # Errors
        ///
        /// The system does not say which there are.
        pub fn find() -> io::Result<Processors> {
            let all = sched_getaffinity(None)?;
            let mut single = (0..CpuSet::MAX_CPU).filter(|cpu| all.is_set(*cpu)).map(|cpu| {
                let mut set = CpuSet::new();
                set.set(cpu);
                set
            });
            let (server, client) = (single.next(), single.next());
            let server = server.filter(|_| client.is_some());
            Ok(Processors { all, server, client })
        }

        /// From now on this thread, with the children that it starts, runs where servers do (sched_setaffinity(2)).
        ///
        /// # Errors
        ///
        /// The system refuses to bind this thread.
        pub fn be_a_server(&self) -> io::Result<()> {
            Ok(sched_setaffinity(None, self.server.as_ref().unwrap_or(&self.all))?)
        }

        /// The same where clients do.
        ///
        /// # Errors
        ///
        /// The system refuses to bind this thread.
        pub fn be_a_client(&self) -> io::Result<()> {
            Ok(sched_setaffinity(None, self.client.as_ref().unwrap_or(&self.all))?)
        }
    }

    /// How much processor time this program has used.
    pub fn own_time() -> Duration {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }

    /// Raises the limit of descriptors as far as this user may, for the servers too, which inherit it. Returns
    /// how far that is.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub fn take_descriptors() -> io::Result<usize> {
        let maximum = getrlimit(Resource::Nofile).maximum;
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
        Ok(maximum.map_or(usize::MAX, |maximum| usize::try_from(maximum).unwrap_or(usize::MAX)))
    }
}

#[cfg(not(target_os = "linux"))]
mod nowhere_else {
    use std::io;
    use std::time::Duration;

    /// The processors that this program may use: none that it knows.
    pub struct Processors {}

    impl Processors {
        pub fn find() -> io::Result<Processors> {
            Err(only_linux())
        }

        pub fn be_a_server(&self) -> io::Result<()> {
            Err(only_linux())
        }

        pub fn be_a_client(&self) -> io::Result<()> {
            Err(only_linux())
        }
    }

    pub fn own_time() -> Duration {
        Duration::ZERO
    }

    pub fn take_descriptors() -> io::Result<usize> {
        Err(only_linux())
    }

    fn only_linux() -> io::Error {
        io::Error::new(io::ErrorKind::Unsupported, "the benchmark measures on Linux only")
    }
}
