//! Recorded reports: what readers are told about wrong answers, reviewed like the book's text.

use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use regex::Regex;
use snapbox::assert::{Action, Assert, Error};
use snapbox::{Data, Redactions};

use crate::check::Check;
use crate::lesson::perform;
use crate::patience::{must_fail, must_pass};
use crate::subject::Subject;

pub(crate) fn folder(lesson: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".."));
    tests.join("reports").join(lesson)
}

pub(crate) fn name(subject: &str, check: &str) -> String {
    format!("{subject}-{check}")
}

pub(crate) fn file(lesson: &str, subject: &str, check: &str) -> PathBuf {
    folder(lesson).join(name(subject, check)).with_extension("txt")
}

/// Demands that the subject fails the check with the report in this file.
/// `SNAPSHOTS=overwrite cargo test` records anew.
pub(crate) fn compare(check: &Check, subject: &Subject, file: &Path) -> Result<(), Failed> {
    let mut patience = must_fail();
    loop {
        let Err(report) = perform(check, Some(subject), patience) else {
            return Err(format!("{} passes {}, which it must fail", subject.name, check.id).into());
        };
        match matches(&report.to_string(), file) {
            Ok(()) => return Ok(()),
            // With little time a busy machine may have stopped the program at an earlier step.
            Err(_) if 3 * patience < must_pass() => patience *= 3,
            Err(why) => return Err(why.to_string().into()),
        }
    }
}

fn matches(report: &str, file: &Path) -> Result<(), Error> {
    let mut masked = Redactions::new();
    for (placeholder, pattern) in [
        // Those that the kernel picks have five digits.
        ("[PORT]", r"(?:127\.\d+\.\d+\.\d+|\[ADDRESS\]):(?<redacted>\d{5})"),
        // Of `private_loopback`, which never has 255 here.
        ("[ADDRESS]", r"(?<redacted>127\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])\.\d+\.\d+):"),
        // How much fits into the kernels' buffers.
        ("[COUNT]", r"\((?<redacted>\d{5,}) bytes have come"),
        ("[COUNT]", r"\((?<redacted>\d{5,}) of \d+ bytes have come"),
        ("[COUNT]", r"(?<redacted>\d{5,}) went back"),
        ("[COUNT]", r"(?<redacted>\d{5,}) bytes from"),
        ("[PROCESS]", r"thread '[^']*' \((?<redacted>\d+)\) panicked"),
        ("[SECONDS]", r"--time-limit (?<redacted>[0-9.]+)"),
    ] {
        masked.insert(placeholder, Regex::new(pattern).expect("a pattern"))?;
    }
    let assert = assert().redact_with(masked);
    assert.try_eq(Some(&file.display()), format!("{report}\n").into(), Data::read_from(file, None))
}

/// Compares with a file, or with `SNAPSHOTS=overwrite` writes it.
pub(crate) fn assert() -> Assert {
    // A backslash is an escape here, not a separator.
    Assert::new().action(Action::Verify).action_env("SNAPSHOTS").normalize_paths(false)
}
