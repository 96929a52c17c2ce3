//! Processes, as the system lists them.

use std::fs;
use std::io;
#[cfg(unix)]
use std::path::Path;
use std::process::{Child, Command};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Starts a process that can be interrupted.
pub fn start(command: &mut Command) -> io::Result<Child> {
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(command, on_windows::OWN_CONSOLE);
    command.spawn()
}

/// Does what Ctrl-C does at a process's terminal.
#[cfg(unix)]
pub fn interrupt(child: &Child) -> io::Result<()> {
    Ok(kill_process(Pid::from_child(child), Signal::INT)?)
}

/// Does what Ctrl-C does at a process's console.
#[cfg(windows)]
pub fn interrupt(child: &Child) -> io::Result<()> {
    on_windows::ctrl_c(child.id())
}

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
