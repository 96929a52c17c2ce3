use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use crate::program::Program;
use crate::stat::Stat;

/// What a process takes of the machine, as Linux tells it in `/proc/PID` (proc(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub descriptors: usize,
    pub threads: usize,
    /// How many pieces of memory it has mapped. The stack of a thread, with its guard, is two; it is kept
    /// for whoever might join the thread.
    pub mappings: usize,
    /// Bytes of memory that the process has in use by itself, not shared with others.
    pub memory: u64,
    /// The most bytes of memory that it has ever had in use, with those that it shares.
    pub peak: u64,
    /// Bytes of addresses that it has reserved, used or not.
    pub addresses: u64,
    /// How long it has kept processors busy; Linux counts in steps of 10 ms.
    pub processor_time: Duration,
}

impl Usage {
    /// `None`: there is no such process, or this system does not say.
    pub(crate) fn of(process: u32) -> Option<Usage> {
        let file = |name: &str| format!("/proc/{process}/{name}");
        let status = fs::read_to_string(file("status")).ok()?;
        let in_kib = |text: &str, label: &str| -> Option<u64> {
            let line = text.lines().find_map(|line| line.strip_prefix(label))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let stat = Stat::of_process(process)?;
        let (user, system): (u64, u64) = (stat.field(14)?, stat.field(15)?);
        Some(Usage {
            descriptors: fs::read_dir(file("fd")).ok()?.count(),
            threads: fs::read_dir(file("task")).ok()?.count(),
            mappings: fs::read_to_string(file("maps")).ok()?.lines().count(),
            memory: in_kib(&status, "RssAnon:")? << 10,
            peak: in_kib(&status, "VmHWM:")? << 10,
            addresses: in_kib(&status, "VmSize:")? << 10,
            // USER_HZ, the unit of these two, is 100 on every Linux that Rust supports.
            processor_time: Duration::from_millis(10 * (user + system)),
        })
    }
}

impl Program {
    /// The threads that run or would run if a processor were free; one that waits for something is none of
    /// them. (Linux)
    pub fn running_threads(&self) -> BTreeSet<String> {
        let running = self.threads().filter(|task| is_in_state(task, 'R'));
        running.map(|task| task.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Whether all of its threads have stopped, a moment after it has been suspended. (Linux)
    pub fn stands_still(&self) -> bool {
        self.threads().all(|task| is_in_state(&task, 'T'))
    }

    fn threads(&self) -> impl Iterator<Item = fs::DirEntry> {
        fs::read_dir(format!("/proc/{}/task", self.id())).into_iter().flatten().flatten()
    }
}

fn is_in_state(task: &fs::DirEntry, state: char) -> bool {
    Stat::of(task.path()).is_some_and(|stat| stat.state() == state)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use super::Usage;
    use crate::patience::must_pass;
    use crate::program::shell;
    use crate::trace::Trace;

    #[test]
    fn memory_is_counted_in_bytes() {
        let before = Usage::of(std::process::id()).unwrap();
        let held = vec![1_u8; 64 << 20];
        let now = Usage::of(std::process::id()).unwrap();
        drop(held);
        // Other tests take and release memory meanwhile, but no such amounts.
        for bytes in [now.memory, now.peak, now.addresses] {
            assert!((64 << 20..64 << 30).contains(&bytes), "{now:?}");
        }
        assert!(now.peak >= now.memory && now.addresses > now.peak, "{now:?}");
        assert!(now.mappings > 10 && before.mappings > 10, "{now:?}");
        assert!(now.descriptors >= 3 && now.threads >= 2, "{now:?}");
    }

    #[test]
    fn processor_time_is_what_the_scheduler_has_given() {
        let start = Instant::now();
        let trace = Trace::new(must_pass());
        // It is the kernel that does most of this work.
        let program = shell("exec cat /dev/zero > /dev/null", &trace);
        let given = || -> Option<u64> {
            let schedule = fs::read_to_string(format!("/proc/{}/schedstat", program.id())).ok()?;
            schedule.split(' ').next()?.parse().ok()
        };
        let given =
            trace.until(&"a quarter of a second", || given().filter(|&it| it > 250_000_000));
        let time = program.usage().unwrap().processor_time;
        // Linux counts it in steps, and what began before the steps did is not always in them.
        let some = Duration::from_millis(30);
        assert!(time + some >= Duration::from_nanos(given.unwrap()), "{time:?}");
        assert!(time <= start.elapsed() + some, "{time:?}");
    }

    #[test]
    fn what_has_gone_takes_nothing() {
        assert_eq!(Usage::of(u32::MAX >> 1), None);
    }
}
