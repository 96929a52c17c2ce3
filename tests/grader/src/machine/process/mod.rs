//! What the system tells of a process and its threads.

#[cfg(not(windows))]
mod proc;
#[cfg(windows)]
mod windows;

use std::collections::BTreeSet;
use std::time::Duration;

#[cfg(not(windows))]
use proc as system;
#[cfg(windows)]
use windows as system;

#[cfg(target_os = "linux")]
pub(crate) use proc::{Stat, processes_in_group, states_in_group};

/// What a process takes of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Windows calls them handles, and has some for each thread.
    pub descriptors: usize,
    pub threads: usize,
    /// How many pieces of memory it has mapped. The stack of a thread, with its guard, is two; it is kept
    /// for a thread that might join it. (Linux; elsewhere 0. Windows gives a stack back when its thread ends.)
    pub mappings: usize,
    /// Bytes of memory that the process has in use by itself, not shared with others.
    pub memory: u64,
    /// The most bytes of memory that it has ever had in use, with those that it shares. (Windows leaves out the latter,
    /// Wine doesn't look back)
    pub peak: u64,
    /// Bytes of addresses that it has reserved, used or not. (Linux; elsewhere 0)
    pub addresses: u64,
    /// How long it has kept processors busy; Linux counts in steps of 10 ms, Windows in larger ones.
    pub processor_time: Duration,
}

impl Usage {
    /// `None`: there is no such process, or this system does not say. (Linux and Windows)
    pub(crate) fn of(process: u32) -> Option<Usage> {
        system::usage(process)
    }

    /// What a program takes with these processes that it has started. One that has ended and isn't waited for is
    /// still in the kernel's table: it counts as a thread.
    pub(crate) fn with(self, others: Vec<u32>) -> Usage {
        others.into_iter().fold(self, |all, process| match Usage::of(process) {
            Some(its) => Usage {
                descriptors: all.descriptors + its.descriptors,
                threads: all.threads + its.threads,
                mappings: all.mappings + its.mappings,
                memory: all.memory + its.memory,
                processor_time: all.processor_time + its.processor_time,
                ..all
            },
            None if is_left(process) => Usage { threads: all.threads + 1, ..all },
            None => all,
        })
    }
}

/// Whether a process of ours has ended. (Linux and Windows; elsewhere it seems to run)
pub(crate) fn has_ended(process: u32) -> bool {
    system::has_ended(process)
}

/// Whether a process has ended, and its parent hasn't waited for it. (Linux)
fn is_left(process: u32) -> bool {
    #[cfg(target_os = "linux")]
    return Stat::of_process(process).is_some_and(|stat| stat.is_over());
    #[cfg(not(target_os = "linux"))]
    {
        let _ = process;
        false
    }
}

/// Whether it has a socket, for whatever purpose. (Linux)
pub(crate) fn has_socket(process: u32) -> bool {
    system::has_socket(process)
}

/// The threads that run or would run if a processor were free; one that waits for something is none of
/// them. (Linux and Windows. Wine doesn't tell what threads do: there, none seems to run)
pub(crate) fn running_threads(process: u32) -> BTreeSet<String> {
    system::running_threads(process)
}

/// Whether all threads have stopped, a moment after the process has been suspended. (Linux; elsewhere it seems so)
pub(crate) fn is_stopped(process: u32) -> bool {
    system::is_stopped(process)
}

#[cfg(all(test, any(windows, target_os = "linux")))]
mod tests {
    use super::Usage;

    /// A wrong unit would let a program with a leak pass.
    #[test]
    fn memory_is_counted_in_bytes() {
        let held = vec![1_u8; 64 << 20];
        let now = Usage::of(std::process::id()).unwrap();
        drop(held);
        for bytes in [now.memory, now.peak, now.addresses] {
            let is_unknown = cfg!(windows) && bytes == 0;
            assert!(is_unknown || (64 << 20..64 << 30).contains(&bytes), "{now:?}");
        }
        assert!(now.descriptors >= 3 && now.threads >= 2, "{now:?}");
        assert_eq!(now.mappings > 10, cfg!(target_os = "linux"), "{now:?}");
    }
}
