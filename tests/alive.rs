//! Whether a process is alive.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, test_kill_process};

/// Whether a process is there, and more than a dead child that nobody has waited for. Whose parent has died,
/// too, waits for the system's first process, which may take its time.
pub fn is_alive(process: Pid) -> bool {
    match fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())) {
        Ok(stat) => !stat.rsplit(") ").next().is_some_and(|fields| fields.starts_with('Z')),
        Err(_) if Path::new("/proc/self/stat").exists() => false,
        Err(_) => test_kill_process(process).is_ok(),
    }
}
