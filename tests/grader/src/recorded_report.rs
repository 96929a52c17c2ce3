//! Recorded reports: what readers are told about wrong answers, reviewed like the book's text.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;

use crate::check::Check;
use crate::lesson::perform;
use crate::patience::{must_fail, must_pass};
use crate::recording::{self, redacted};
use crate::subject::Subject;

pub(crate) fn folder(lesson: &str) -> PathBuf {
    recording::root().join("tests/reports").join(lesson)
}

pub(crate) fn name(subject: &str, check: &str) -> String {
    format!("{subject}-{check}")
}

pub(crate) fn file(lesson: &str, subject: &str, check: &str) -> PathBuf {
    folder(lesson).join(name(subject, check)).with_extension("txt")
}

/// Demands that the subject fails the check with the report in this file.
pub(crate) fn compare(check: &Check, subject: &Subject, file: &Path) -> Result<(), Failed> {
    let mut patience = must_fail();
    loop {
        let Err(report) = perform(check, Some(subject), patience) else {
            return Err(format!("{} passes {}, which it must fail", subject.name, check.id).into());
        };
        // Placeholders stand in the file, too: nobody reads it as a session.
        let text = redacted(&format!("{report}\n"));
        // With little time a busy machine may have stopped the program at an earlier step. Such a report is
        // not to be recorded, either.
        let last = 3 * patience >= must_pass();
        let outcome = match is_hurried(&text, file) && !last {
            true => Err(format!("a report on little time: {text}")),
            false => recording::compare(file, &text),
        };
        match outcome {
            Err(_) if !last => patience *= 3,
            outcome => return outcome.map_err(Failed::from),
        }
    }
}

/// Whether a report says that the time was up, and the one in the file does not.
fn is_hurried(report: &str, file: &Path) -> bool {
    const WORDS: &str = "the time was up";
    let recorded = fs::read_to_string(file).unwrap_or_default();
    report.contains(WORDS) && !recorded.contains(WORDS)
}
