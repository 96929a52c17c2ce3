//! The frame of a report, and what becomes of a recording.

pub fn title(program: &str, check: &str) -> String {
    format!("{program} does not pass {check}")
}

/// Under these, texts are aligned.
pub const EXPECTED: &str = "        expected  ";
pub const GOT: &str = "        got       ";

pub const LIKELY_CAUSE: &str = "Likely cause:";
pub const HINT: &str = "Hint:";
pub const READ: &str = "Read:";

/// Where `cargo run -p book` serves the book.
pub fn page(section: &str) -> String {
    format!("http://127.0.0.1:3000/{section} (while cargo run -p book is running)")
}

pub fn in_one_line(expected: &str, got: &str) -> String {
    format!("expected {expected}, got {got}")
}

pub fn repeated(length: usize, times: usize) -> String {
    let what = if length == 1 { "the same" } else { "these steps" };
    format!("… {what}, {times} times more …")
}

pub fn wrote(program: &str, run: Option<usize>) -> String {
    match run {
        None => format!("what {program} wrote"),
        Some(run) => format!("what {program} wrote in its run {run}"),
    }
}

pub const NOTHING: &str = "nothing";

/// In place of the name of a program, in an experiment.
pub const THIS_MACHINE: &str = "this machine";

pub fn was_ended(reason: &str) -> String {
    format!("grader | it was ended: {reason}")
}

pub fn more_lines(count: usize) -> String {
    format!("… and {count} lines more …")
}

pub fn cut_line(start: &str, bytes: usize) -> String {
    format!("{start} … ({bytes} bytes)")
}

pub fn mib_in_all(bytes: u64) -> String {
    format!("… {:.1} MiB in all …", bytes as f64 / f64::from(1 << 20))
}

pub fn record_anew(difference: &str, variable: &str, file: &str) -> String {
    format!("\n{difference}\n{variable}=overwrite cargo test records {file} anew\n")
}

pub fn cannot_write(file: &str, why: &str) -> String {
    format!("cannot write {file}: {why}")
}

pub fn cannot_read(file: &str, why: &str) -> String {
    format!("cannot read {file}: {why}")
}
