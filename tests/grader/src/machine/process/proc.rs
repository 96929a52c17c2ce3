//! What Linux tells in `/proc/PID` (proc(5)). Elsewhere there's no such folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::Usage;

/// `/proc/PID/stat`, or that of a thread in `/proc/PID/task/TID`.
pub(crate) struct Stat(Vec<String>);

impl Stat {
    /// `None`: there is no such process or thread, or this system does not say.
    fn of(directory: impl AsRef<Path>) -> Option<Stat> {
        let stat = fs::read_to_string(directory.as_ref().join("stat")).ok()?;
        // The name of the program, in parentheses, may hold spaces: the fields that count follow it.
        let (_, fields) = stat.rsplit_once(')')?;
        Some(Stat(fields.split_whitespace().map(String::from).collect()))
    }

    pub fn of_process(process: impl std::fmt::Display) -> Option<Stat> {
        Stat::of(format!("/proc/{process}"))
    }

    /// A letter: R runs or would if a processor were free, T is stopped, Z has ended and is not yet
    /// waited for.
    fn state(&self) -> char {
        self.0.first().and_then(|field| field.chars().next()).unwrap_or('?')
    }

    /// Whether it runs, or would if a processor were free.
    #[cfg(target_os = "linux")]
    pub fn runs(&self) -> bool {
        self.state() == 'R'
    }

    #[cfg(target_os = "linux")]
    /// Whether the process has ended, and only its number is still taken.
    pub fn is_over(&self) -> bool {
        // Where the first thread alone has ended, the process is a zombie with threads.
        self.state() == 'Z' && self.field::<usize>(20).is_none_or(|threads| threads <= 1)
    }

    /// The field with this number in proc(5), where the name is the second.
    pub fn field<T: std::str::FromStr>(&self, number: usize) -> Option<T> {
        self.0.get(number - 3)?.parse().ok()
    }
}

pub fn usage(process: u32) -> Option<Usage> {
    let file = |name: &str| format!("/proc/{process}/{name}");
    let status = fs::read_to_string(file("status")).ok()?;
    let in_kib = |label: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(label))?;
        line.split_whitespace().next()?.parse().ok()
    };
    let stat = Stat::of_process(process)?;
    let (user, system): (u64, u64) = (stat.field(14)?, stat.field(15)?);
    Some(Usage {
        descriptors: fs::read_dir(file("fd")).ok()?.count(),
        threads: fs::read_dir(file("task")).ok()?.count(),
        mappings: fs::read_to_string(file("maps")).ok()?.lines().count(),
        memory: in_kib("RssAnon:")? << 10,
        peak: in_kib("VmHWM:")? << 10,
        addresses: in_kib("VmSize:")? << 10,
        // USER_HZ, the unit of these two, is 100 on every Linux that Rust supports.
        processor_time: Duration::from_millis(10 * (user + system)),
    })
}

pub fn has_ended(process: u32) -> bool {
    match Stat::of_process(process) {
        Some(stat) => stat.state() == 'Z',
        None => cfg!(target_os = "linux"),
    }
}

pub fn has_socket(process: u32) -> bool {
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let mut targets = descriptors.filter_map(|entry| fs::read_link(entry.path()).ok());
    targets.any(|target| target.to_string_lossy().starts_with("socket:"))
}

pub fn running_threads(process: u32) -> BTreeSet<String> {
    let running = threads(process).filter(|thread| is_in_state(thread, 'R'));
    running.map(|thread| thread.file_name().to_string_lossy().into_owned()).collect()
}

pub fn is_stopped(process: u32) -> bool {
    threads(process).all(|thread| is_in_state(&thread, 'T'))
}

/// The states of all threads of the processes in this group. (Linux)
#[cfg(target_os = "linux")]
pub(crate) fn states_in_group(group: u32) -> Vec<char> {
    let threads = processes_in_group(group).flat_map(threads);
    threads.filter_map(|thread| Some(Stat::of(thread.path())?.state())).collect()
}

/// The processes in this group. (Linux)
#[cfg(target_os = "linux")]
pub(crate) fn processes_in_group(group: u32) -> impl Iterator<Item = u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(move |process| {
        Stat::of_process(process).is_some_and(|stat| stat.field(5) == Some(group))
    })
}

fn threads(process: u32) -> impl Iterator<Item = fs::DirEntry> {
    fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten()
}

fn is_in_state(thread: &fs::DirEntry, state: char) -> bool {
    Stat::of(thread.path()).is_some_and(|stat| stat.state() == state)
}
