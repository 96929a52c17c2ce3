#[cfg(target_os = "linux")]
use crate::words::machine as words;

/// What a program under test may take of the machine, together with all that it starts. No right answer
/// comes near; a program that takes more is ended, and its report says why.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// Bytes of memory in use. (Linux)
    pub memory: u64,
    /// Processes at the same time: a server may have one for each of a hundred clients. (Linux)
    pub processes: usize,
    /// Bytes on standard output, and as many on standard error.
    pub output: u64,
}

impl Default for Quota {
    fn default() -> Quota {
        Quota { memory: memory(), processes: 256, output: 64 << 20 }
    }
}

impl Quota {
    /// In which way a program with so many processes and bytes of memory exceeds it.
    #[cfg(target_os = "linux")]
    pub(crate) fn exceeded(&self, processes: usize, memory: u64) -> Option<String> {
        // The processes first: where there are too many, that says more than their memory.
        if processes > self.processes {
            return Some(words::too_many_processes(self.processes));
        }
        (memory > self.memory).then(|| words::too_much_memory(self.memory >> 20))
    }
}

/// `GRADER_MEMORY=2048` lets a program take 2048 MiB.
fn memory() -> u64 {
    let given = std::env::var("GRADER_MEMORY").ok().and_then(|text| text.parse().ok());
    given.filter(|mib| (1..=1 << 20).contains(mib)).unwrap_or(512) << 20
}
