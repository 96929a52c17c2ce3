//! Processes, as the system lists them.

use std::fs;
#[cfg(unix)]
use std::path::Path;

#[cfg(unix)]
use rustix::process::{Pid, test_kill_process};

/// Whether a process is there, and more than a dead child that its parent has not waited for. A process
/// whose parent has died waits for the system's first process, which may take its time.
#[cfg(unix)]
pub fn is_alive(process: Pid) -> bool {
    match fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())) {
        Ok(stat) => !stat.rsplit(") ").next().is_some_and(|fields| fields.starts_with('Z')),
        Err(_) if Path::new("/proc/self/stat").exists() => false,
        Err(_) => test_kill_process(process).is_ok(),
    }
}

/// How many children a process has, where the system tells.
pub fn children(process: u32) -> usize {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.map(|list| list.split_whitespace().count()).sum()
}
