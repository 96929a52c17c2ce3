/// What a program under test may take of the machine, together with all that it starts. No right answer
/// comes near; a program that takes more is ended, and its report says why.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of memory in use. (Linux)
    pub memory: u64,
    /// Processes at the same time. (Linux)
    pub processes: usize,
    /// Threads at the same time. (Linux)
    pub threads: usize,
    /// Bytes on standard output, and as many on standard error.
    pub output: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { memory: memory(), processes: 64, threads: 4096, output: 64 << 20 }
    }
}

/// `GRADER_MEMORY=2048` lets a program take 2048 MiB.
fn memory() -> u64 {
    let given = std::env::var("GRADER_MEMORY").ok().and_then(|text| text.parse().ok());
    given.filter(|mib| (1..=1 << 20).contains(mib)).unwrap_or(512) << 20
}
