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

#[cfg(test)]
mod tests {
    use super::Limits;
    use crate::spawn::said_with;

    /// Run by the other test.
    #[test]
    fn memory() {
        println!("it may use {} bytes.", Limits::default().memory);
    }

    #[test]
    fn a_program_may_use_as_many_mebibytes_as_are_given() {
        for (given, bytes) in [
            ("1", 1 << 20),
            ("2048", 2 << 30),
            ("1048576", 1 << 40),
            // These are no such numbers.
            ("0", 512 << 20),
            ("1048577", 512 << 20),
            ("much", 512_u64 << 20),
        ] {
            let said = said_with("GRADER_MEMORY", given, "limits::tests::memory");
            assert!(said.contains(&format!("it may use {bytes} bytes.")), "{given}: {said}");
        }
    }
}
