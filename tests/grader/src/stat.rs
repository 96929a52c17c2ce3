use std::fs;
use std::path::Path;

/// `/proc/PID/stat`, or that of a thread in `/proc/PID/task/TID` (proc(5), Linux).
pub(crate) struct Stat(Vec<String>);

impl Stat {
    /// `None`: there is no such process or thread, or this system does not say.
    pub fn of(directory: impl AsRef<Path>) -> Option<Stat> {
        let stat = fs::read_to_string(directory.as_ref().join("stat")).ok()?;
        // The name of the program, in parentheses, may hold spaces: the fields that count follow it.
        let (_, fields) = stat.rsplit_once(')')?;
        Some(Stat(fields.split_whitespace().map(String::from).collect()))
    }

    pub fn of_process(process: impl std::fmt::Display) -> Option<Stat> {
        Stat::of(format!("/proc/{process}"))
    }

    /// A letter: R runs or would if a processor were free, Z is a zombie, until it is waited for.
    pub fn state(&self) -> char {
        self.0.first().and_then(|field| field.chars().next()).unwrap_or('?')
    }

    /// The field with this number in proc(5), where the name is the second.
    pub fn field<T: std::str::FromStr>(&self, number: usize) -> Option<T> {
        self.0.get(number - 3)?.parse().ok()
    }
}
