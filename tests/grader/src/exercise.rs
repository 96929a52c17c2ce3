use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Failed, Trial};

use crate::check::Check;
use crate::lesson::{exactly, perform, trial};
use crate::patience::{graded, must_pass};
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
    name: String,
    begun: bool,
    of: usize,
    /// The checks that have been graded, and whether they passed.
    results: Arc<Mutex<Vec<(&'static str, bool)>>>,
}

impl Exercise {
    /// Whether the reader has begun: the first line of the file is no longer the starter's.
    fn begun(directory: &Path) -> bool {
        let text = fs::read_to_string(directory.join("exercise.rs")).unwrap_or_default();
        text.lines().next() != Some(NOT_STARTED)
    }

    /// The reader's program, graded or listed as ignored; the solution, which passes everything; and
    /// the starter, which fails what it names.
    pub(crate) fn trials(&self, directory: &Path, trials: &mut Vec<Trial>) -> Grade {
        let begun = Exercise::begun(directory);
        let grade = Grade::new(&self.yours.name, begun, self.checks.len());
        for &check in self.checks {
            trials.push(match begun {
                true => grade.trial(check, &self.yours),
                false => Trial::test(format!("{}::{}", self.yours.name, check.id), || {
                    Err("the exercise has not been started".into())
                })
                .with_kind("not started")
                .with_ignored_flag(true),
            });
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
    pub(crate) fn new(name: &str, begun: bool, of: usize) -> Grade {
        Grade { name: name.into(), begun, of, results: Arc::default() }
    }

    /// One check of the reader's program.
    pub(crate) fn trial(&self, check: Check, subject: &Subject) -> Trial {
        let (subject, results) = (subject.clone(), Arc::clone(&self.results));
        trial(format!("{}::{}", subject.name, check.id), check, move || {
            let outcome = perform(&check, Some(&subject), graded());
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.push((check.id, outcome.is_ok()));
            outcome.map_err(Failed::from)
        })
    }

    /// The grade in one line: `exercise02: 5 of 9 checks; next: reads_the_whole_request`.
    pub(crate) fn line(&self, checks: &[Check]) -> Option<String> {
        let Grade { name, begun, of, results } = self;
        if !begun {
            return Some(format!(
                "{name}: not started (delete the first line of its exercise.rs to be graded)"
            ));
        }
        let results = results.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = results.iter().filter(|(_, passed)| *passed).count();
        // In the order of the assignment, not in that of the threads.
        let failed = |check: &&Check| results.contains(&(check.id, false));
        match checks.iter().find(failed) {
            // Nothing was asked for: the command line named other tests.
            None if results.is_empty() => None,
            None if passed == *of => Some(format!("{name}: all {of} checks")),
            None => Some(format!("{name}: {passed} of {of} checks")),
            Some(next) => Some(format!("{name}: {passed} of {of} checks; next: {}", next.id)),
        }
    }
}
