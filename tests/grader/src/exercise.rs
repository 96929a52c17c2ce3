use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use crate::check::Check;
use crate::lesson::{exactly, perform, trial};
use crate::patience::{graded, must_pass};
use crate::record::{Graded, Status};
use crate::subject::Subject;

/// The first line of an exercise that the reader has not begun.
const NOT_STARTED: &str = "// NOT STARTED: delete this line to be graded";

/// A lesson's exercise: what it demands, the reader's program, and one good answer.
pub struct Exercise {
    pub checks: &'static [Check],
    /// `exercise.rs`: a starter until the reader begins it.
    pub yours: Subject,
    pub solution: Subject,
    /// The checks that the untouched starter fails, and no others.
    pub starter_fails: &'static [&'static str],
}

/// How the reader's program has done so far.
#[derive(Clone)]
pub(crate) struct Grade {
    lesson: String,
    name: String,
    begun: bool,
    /// In the order of the assignment.
    checks: &'static [Check],
    results: Arc<Mutex<Vec<Graded>>>,
}

impl Exercise {
    /// Whether the reader has begun: the first line of the file is no longer the starter's.
    fn begun(directory: &Path) -> bool {
        let text = fs::read_to_string(directory.join("exercise.rs")).unwrap_or_default();
        text.lines().next() != Some(NOT_STARTED)
    }

    /// The reader's program, graded or listed as ignored; the solution, which passes everything; and
    /// the starter, which fails what it names.
    pub(crate) fn trials(&self, lesson: &str, directory: &Path, trials: &mut Vec<Trial>) -> Grade {
        let begun = Exercise::begun(directory);
        let grade = Grade::new(lesson, &self.yours.name, begun, self.checks);
        for &check in self.checks {
            trials.push(grade.trial(check, &self.yours));
        }
        for &check in self.checks {
            let solution = self.solution.clone();
            let name = format!("{}::{}", solution.name, check.id);
            trials.push(trial(name, check, move || {
                perform(&check, Some(&solution), must_pass()).map_err(Failed::from)
            }));
        }
        if !begun {
            let (checks, starter, fails) = (self.checks, self.yours.clone(), self.starter_fails);
            trials.push(Trial::test(format!("starter::{}", starter.name), move || {
                exactly(checks, &starter, fails)
            }));
        }
        grade
    }
}

impl Grade {
    pub(crate) fn new(lesson: &str, name: &str, begun: bool, checks: &'static [Check]) -> Grade {
        Grade { lesson: lesson.into(), name: name.into(), begun, checks, results: Arc::default() }
    }

    /// One check of the reader's program.
    pub(crate) fn trial(&self, check: Check, subject: &Subject) -> Trial {
        let name = format!("{}::{}", subject.name, check.id);
        if !self.begun {
            return Trial::test(name, || Err("the exercise has not been started".into()))
                .with_kind("not started")
                .with_ignored_flag(true);
        }
        let (grade, subject) = (self.clone(), subject.clone());
        trial(name, check, move || {
            let start = Instant::now();
            let outcome = perform(&check, Some(&subject), graded());
            let status = if outcome.is_ok() { Status::Passed } else { Status::Failed };
            let message = outcome.clone().err().unwrap_or_default();
            let graded = grade.graded(&check, status, message, start.elapsed());
            grade.results.lock().unwrap_or_else(PoisonError::into_inner).push(graded);
            outcome.map_err(Failed::from)
        })
    }

    fn graded(&self, check: &Check, status: Status, message: String, time: Duration) -> Graded {
        Graded { lesson: self.lesson.clone(), check: check.id.into(), status, message, time }
    }

    /// What is known of each check, in the order of the assignment. Nothing of those that were not
    /// asked for.
    pub(crate) fn results(&self) -> Vec<Graded> {
        let results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        let result = |check: &Check| {
            let not_run = |status, why| Some(self.graded(check, status, why, Duration::ZERO));
            match results.iter().find(|graded| graded.check == check.id) {
                Some(graded) => Some(graded.clone()),
                None if !self.begun => not_run(Status::NotStarted, String::new()),
                None => not_run(Status::NotAvailable, check.needs.missing()?),
            }
        };
        self.checks.iter().filter_map(result).collect()
    }

    /// The grade in one line: `exercise02: 5 of 9 checks; next: reads_the_whole_request`.
    pub(crate) fn line(&self) -> Option<String> {
        let (name, of) = (&self.name, self.checks.len());
        if !self.begun {
            return Some(format!(
                "{name}: not started (delete the first line of its exercise.rs to be graded)"
            ));
        }
        let results = self.results();
        let with = |status| results.iter().filter(move |graded| graded.status == status);
        let passed = with(Status::Passed).count();
        match with(Status::Failed).next() {
            // The command line asked for other tests.
            None if results.is_empty() => None,
            None if passed == of => Some(format!("{name}: all {of} checks")),
            None => Some(format!("{name}: {passed} of {of} checks")),
            Some(next) => Some(format!("{name}: {passed} of {of} checks; next: {}", next.check)),
        }
    }
}
