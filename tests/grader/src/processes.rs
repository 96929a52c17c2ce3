//! The processes of this machine, as Linux tells them in `/proc` (proc(5)).

use std::fs;

use crate::stat::Stat;

/// What `/proc/PID/stat` says of a process.
pub(crate) struct Process {
    pub id: i32,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
    pub threads: usize,
    /// When it began, in ticks since the machine did: a number is given again, to a younger process.
    pub began: u64,
    /// Bytes of memory in use, with those that it shares.
    pub memory: u64,
    zombie: bool,
}

impl Process {
    /// `None`: there is no such process.
    pub fn of(id: i32) -> Option<Process> {
        let stat = Stat::of_process(id)?;
        let pages: u64 = stat.field(24)?;
        Some(Process {
            id,
            parent: stat.field(4)?,
            group: stat.field(5)?,
            session: stat.field(6)?,
            threads: stat.field(20)?,
            began: stat.field(22)?,
            memory: pages * rustix::param::page_size() as u64,
            zombie: stat.state() == 'Z',
        })
    }

    /// Whether it has ended, and only its number is still taken.
    pub fn is_over(&self) -> bool {
        // Where the first thread alone has ended, the process is a zombie with threads.
        self.zombie && self.threads <= 1
    }
}

/// The numbers of all processes.
pub(crate) fn all() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The value of a variable in the environment that a process was started with.
pub(crate) fn variable(process: i32, name: &str) -> Option<String> {
    // Those of other users cannot be read; those that have ended have none.
    let environment = fs::read(format!("/proc/{process}/environ")).ok()?;
    let mut variables = environment.split(|&byte| byte == 0);
    let value = |variable: &[u8]| {
        let value = variable.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        String::from_utf8(value.to_vec()).ok()
    };
    variables.find_map(value)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::{Process, all, variable};
    use crate::patience::must_pass;
    use crate::spawn::spawn;
    use crate::trace::Trace;

    #[test]
    fn a_process_is_over_when_it_has_ended_and_nobody_has_waited_for_it() {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped()).env("REPAIR_TEST", "a value");
        let mut child = spawn(&mut command).unwrap();
        let id = child.id() as i32;
        let process = Process::of(id).unwrap();
        assert!(!process.is_over() && process.threads == 1);
        assert_eq!(process.parent, std::process::id() as i32);
        assert!(all().any(|one| one == id));

        let trace = Trace::new(must_pass());
        let until = |what: &str, is_so: &dyn Fn() -> bool| {
            trace.until(&what, || is_so().then_some(())).unwrap();
        };
        // `spawn` returns early in exec: the environment may not be in place yet.
        until("it has its environment", &|| variable(id, "REPAIR_TEST").is_some());
        assert_eq!(variable(id, "REPAIR_TEST").as_deref(), Some("a value"));
        assert_eq!(variable(id, "REPAIR"), None);

        drop(child.stdin.take());
        until("it is over", &|| Process::of(id).unwrap().is_over());
        child.wait().unwrap();
        assert!(Process::of(id).is_none());
    }

    #[test]
    fn this_process_runs() {
        let this = Process::of(std::process::id() as i32).unwrap();
        assert!(!this.is_over() && this.threads > 1);
        assert!(this.memory > 1 << 20 && this.memory.is_multiple_of(4096), "{} bytes", this.memory);
    }
}
