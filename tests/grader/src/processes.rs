//! The processes of this machine, as Linux tells them in `/proc` (proc(5)).

use std::fs;

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
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name of the program, in parentheses, may hold spaces: count the fields after it.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // As proc(5) numbers them: the name is the second.
        let field = |number: usize| fields.get(number - 3).copied();
        let pages: u64 = field(24)?.parse().ok()?;
        Some(Process {
            id,
            parent: field(4)?.parse().ok()?,
            group: field(5)?.parse().ok()?,
            session: field(6)?.parse().ok()?,
            threads: field(20)?.parse().ok()?,
            began: field(22)?.parse().ok()?,
            memory: pages * rustix::param::page_size() as u64,
            zombie: field(3)? == "Z",
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
