//! Recordings: what programs wrote in a run, kept in files that the book shows or that are reviewed like
//! its text. The suite replays each of them. `SNAPSHOTS=overwrite cargo test` writes again those that differ.

use std::fs;
use std::path::{Path, PathBuf};

use super::difference::difference;
use super::redaction::redacted;
use crate::actors::Run;
use crate::check::{Broken, Outcome};
use crate::machine::workspace;
use crate::words::{demands, report, steps};

/// The variable that says what becomes of a recording that differs.
const VARIABLE: &str = "SNAPSHOTS";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Verify,
    Overwrite,
}

/// What becomes of a recording that differs.
pub(crate) fn action() -> Action {
    match std::env::var(VARIABLE) {
        Ok(word) if word == "overwrite" => Action::Overwrite,
        _ => Action::Verify,
    }
}

/// Whether what differs is recorded again.
pub(crate) fn overwrites() -> bool {
    action() == Action::Overwrite
}

/// Demands that a text is what this file holds, but for what differs from run to run.
pub(crate) fn compare(file: &Path, text: &str) -> Result<(), String> {
    compare_or(action(), file, text)
}

pub(crate) fn compare_or(action: Action, file: &Path, text: &str) -> Result<(), String> {
    // No file yet is as good as an empty one.
    let recorded = fs::read_to_string(file).unwrap_or_default();
    match difference(&redacted(&recorded), &redacted(text)) {
        None => Ok(()),
        // The book shows what a reader will see: with ports, not with placeholders.
        Some(_) if action == Action::Overwrite => write(file, text),
        Some(difference) => {
            let name = file.strip_prefix(workspace()).unwrap_or(file).display().to_string();
            Err(report::record_anew(&difference, VARIABLE, &name))
        }
    }
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text)
        .map_err(|why| report::cannot_write(&file.display().to_string(), &why.to_string()))
}

/// Demands that the book shows this output: `book/chapters/transcripts/NAME.txt`.
///
/// # Errors
///
/// Says in which lines they differ.
pub fn recorded(name: &str, text: &str) -> Outcome {
    compare(&transcript(name), text).map_err(|why| Broken::new(demands::recording(name), why))
}

impl Run {
    /// Demands that the book shows this output: `book/chapters/transcripts/NAME.txt`.
    pub fn recorded(&mut self, name: &str, text: &str) -> Outcome {
        self.step(steps::is_recorded(name));
        recorded(name, text).map_err(|why| self.broken(why.expected, why.got))
    }
}

/// A recording that is not compared, only kept for display: what the book shows now.
pub(crate) fn display(name: &str, text: &str) -> Result<String, String> {
    display_or(action(), &transcript(name), text)
}

fn display_or(action: Action, file: &Path, text: &str) -> Result<String, String> {
    if action == Action::Overwrite {
        write(file, text)?;
    }
    fs::read_to_string(file)
        .map_err(|why| report::cannot_read(&file.display().to_string(), &why.to_string()))
}

fn transcript(name: &str) -> PathBuf {
    workspace().join("book/chapters/transcripts").join(name).with_extension("txt")
}

/// A Python traceback as the book shows it: without the lines that name files and carets.
pub fn without_frames(stderr: &str) -> String {
    let mut shown: Vec<&str> = Vec::new();
    for line in stderr.lines() {
        let line = if line.starts_with("  ") { "  ..." } else { line };
        if line != "  ..." || shown.last() != Some(&"  ...") {
            shown.push(line);
        }
    }
    shown.into_iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_or_recorded_and_another_port_is_none() {
        const SESSION: &str = "$ cargo run -p lesson02\n127.0.0.1:43127 sent 22 bytes\n";
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("session.txt");
        fs::write(&file, SESSION).unwrap();
        let same = SESSION.replace("43127", "56789");
        assert_eq!(compare_or(Action::Verify, &file, &same), Ok(()));
        assert_eq!(compare_or(Action::Overwrite, &file, &same), Ok(()));
        assert_eq!(fs::read_to_string(&file).unwrap(), SESSION, "is not written without need");

        let run = same.replace("22 bytes", "23 bytes");
        let why = compare_or(Action::Verify, &file, &run).unwrap_err();
        for shown in ["- 127.0.0.1:[PORT] sent 22", "+ 127.0.0.1:[PORT] sent 23", "overwrite"] {
            assert!(why.contains(shown), "{why}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), SESSION);
        assert_eq!(compare_or(Action::Overwrite, &file, &run), Ok(()));
        assert_eq!(fs::read_to_string(&file).unwrap(), run);
    }
}
