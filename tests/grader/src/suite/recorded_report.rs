//! Recorded reports: what readers are told about wrong answers, reviewed like the book's text.

use std::fs;
use std::path::{Path, PathBuf};

use harness::Failed;

use crate::actors::{Check, Subject};
use crate::machine::{RECORDED_SEED, must_fail, must_pass, workspace};
use crate::report::{self, Action, perform_from, redacted};
use crate::suite::wrong::files;
use crate::words::{Language, demands, speaking};

/// A report that is recorded: what a check says of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub language: Language,
    lesson: String,
    pub program: String,
    pub check: String,
}

fn folder(language: Language, lesson: &str) -> PathBuf {
    let reports = workspace().join("tests/reports");
    match language {
        Language::English => reports.join(lesson),
        Language::Chinese => reports.join("zh").join(lesson),
    }
}

/// The reports that are recorded: the files `PROGRAM-CHECK.txt`.
pub(crate) fn of_lesson(lesson: &str) -> Vec<Recorded> {
    let in_language = |language| {
        let names = files(&folder(language, lesson), "txt").into_iter();
        names.filter_map(move |name| {
            let (program, check) = name.split_once('-')?;
            let (program, check) = (program.into(), check.into());
            Some(Recorded { language, lesson: lesson.into(), program, check })
        })
    };
    Language::ALL.into_iter().flat_map(in_language).collect()
}

impl Recorded {
    fn file(&self) -> PathBuf {
        let Recorded { language, lesson, program, check } = self;
        folder(*language, lesson).join(format!("{program}-{check}.txt"))
    }

    /// How its trial is called.
    pub fn name(&self) -> String {
        let Recorded { language, program, check, .. } = self;
        let language = if *language == Language::Chinese { "zh::" } else { "" };
        format!("report::{language}{check}::{program}")
    }

    /// Whether it tells what only Linux says: states of sockets, what a program has read or waits for, errors by
    /// number. What isn't recorded yet tells nothing.
    pub fn is_of_linux(&self) -> bool {
        const ONLY_THERE: [&str; 5] =
            ["the kernel lists", "has been read", "waits", "os error", "unread"];
        let text = fs::read_to_string(self.file()).unwrap_or_default();
        self.language == Language::Chinese || ONLY_THERE.iter().any(|words| text.contains(words))
    }

    /// Demands that the subject fails the check with the report in this file.
    pub fn compare(&self, check: &Check, subject: &Subject) -> Result<(), Failed> {
        speaking(self.language, || compare(check, subject, &self.file()))
    }
}

fn compare(check: &Check, subject: &Subject, file: &Path) -> Result<(), Failed> {
    compare_or(report::action(), check, subject, file).map_err(Failed::from)
}

fn compare_or(action: Action, check: &Check, subject: &Subject, file: &Path) -> Result<(), String> {
    let mut patience = must_fail();
    loop {
        let Err(report) = perform_from(RECORDED_SEED, check, Some(subject), patience) else {
            return Err(format!("{} passes {}, which it must fail", subject.name, check.id));
        };
        // The file has placeholders as well, because it isn't read as a session.
        let text = redacted(&format!("{report}\n"));
        // With little time a busy machine may have stopped the program at an earlier step. Such a report is
        // not to be recorded, either.
        let last = 3 * patience >= must_pass();
        let outcome = match is_hurried(&text, file) && !last {
            true => Err(format!("a report on little time: {text}")),
            false => report::compare_or(action, file, &text),
        };
        match outcome {
            Err(_) if !last => patience *= 3,
            outcome => return outcome,
        }
    }
}

/// Whether a report says that the time was up, and the one in the file does not.
fn is_hurried(report: &str, file: &Path) -> bool {
    let words = &demands::then_time_up();
    let recorded = fs::read_to_string(file).unwrap_or_default();
    report.contains(words) && !recorded.contains(words)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{Language, Recorded, compare, compare_or};
    use crate::actors::{Check, Subject};
    use crate::check::{Broken, check};
    use crate::machine::must_pass;
    use crate::report::{Action, perform};

    const PASSES: Check = check("works", |_| Ok(()));
    const FAILS: Check = check("works", |_| Err(Broken::new("this", "that")));
    /// Comes so far as to fail only with much time.
    const COMES_LATE: Check = check("works", |run| {
        let enough = run.trace.left() > must_pass() / 2;
        Err(Broken::new("this", if enough { "that" } else { "nothing: the time was up" }))
    });

    fn subject() -> Subject {
        Subject::new("exercise09", "/nonexistent")
    }

    /// The report of a check, as it is recorded.
    fn report(check: Check) -> String {
        format!("{}\n", perform(&check, Some(&subject()), must_pass()).unwrap_err())
    }

    /// What becomes of the comparison with this text, and of the text.
    fn compared(action: Action, check: Check, recorded: &str) -> (Result<(), String>, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.txt");
        fs::write(&file, recorded).unwrap();
        let outcome = compare_or(action, &check, &subject(), &file);
        (outcome, fs::read_to_string(file).unwrap())
    }

    #[test]
    fn a_report_is_in_a_file_of_its_own() {
        let [file, chinese] = Language::ALL.map(|language| {
            let (lesson, program) = ("lesson09".into(), "exercise09".into());
            Recorded { language, lesson, program, check: "works".into() }.file()
        });
        assert!(file.ends_with("tests/reports/lesson09/exercise09-works.txt"), "{file:?}");
        assert!(chinese.ends_with("tests/reports/zh/lesson09/exercise09-works.txt"), "{chinese:?}");
    }

    #[test]
    fn a_report_is_compared_with_the_recorded_one() {
        let reported = report(FAILS);
        assert_eq!(compared(Action::Verify, FAILS, &reported), (Ok(()), reported.clone()));
        let (outcome, _) = compared(Action::Verify, FAILS, &reported.replace("this", "others"));
        let why = outcome.unwrap_err();
        assert!(why.contains("others") && why.contains("anew"), "{why}");
    }

    #[test]
    fn a_program_that_passes_has_no_report() {
        let passes = "exercise09 passes works, which it must fail".into();
        assert_eq!(compared(Action::Overwrite, PASSES, ""), (Err(passes), String::new()));
        let nowhere = Path::new("/nonexistent");
        assert!(compare(&PASSES, &subject(), nowhere).is_err(), "whatever becomes of a difference");
    }

    #[test]
    fn a_program_that_did_not_come_so_far_gets_more_time() {
        let reported = report(COMES_LATE);
        assert_eq!(compared(Action::Verify, COMES_LATE, &reported), (Ok(()), reported));
    }

    #[test]
    fn a_report_on_little_time_is_not_recorded() {
        let reported = report(COMES_LATE);
        assert_eq!(compared(Action::Overwrite, COMES_LATE, ""), (Ok(()), reported));
    }

    #[test]
    fn a_report_that_is_the_recorded_one_needs_no_more_time() {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        const COUNTED: Check = check("works", |_| {
            RUNS.fetch_add(1, Ordering::Relaxed);
            Err(Broken::new("this", "nothing: the time was up"))
        });
        let reported = report(COUNTED);
        assert_eq!(compared(Action::Verify, COUNTED, &reported), (Ok(()), reported));
        assert_eq!(RUNS.load(Ordering::Relaxed), 2);
    }
}
