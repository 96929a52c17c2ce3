//! Checks on programs: what a program must pass, and what a wrong one must fail.

use std::fmt::{self, Display};
use std::thread;
use std::time::Instant;

use harness::{Failed, Trial};

use crate::actors::Trace;
use crate::actors::{Check, Run, Subject};
use crate::machine::{must_fail, must_pass};
use crate::report::{Report, attempt, perform};

/// A test for the harness; ignored, with the reason, where the machine lacks what the check needs.
pub(crate) fn trial(
    name: String,
    check: Check,
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    needing(Trial::test(name, run), check.needs.missing())
}

/// The test as it is; ignored, with the reason, where something is missing.
pub(crate) fn needing(trial: Trial, missing: Option<String>) -> Trial {
    match missing {
        None => trial,
        Some(missing) => trial.with_kind(missing).with_ignored_flag(true),
    }
}

/// A trial for each check, which the program must pass. `kind` comes between their names.
pub(crate) fn right<'a>(
    subject: &'a Subject,
    kind: &'a str,
    checks: &'a [Check],
) -> impl Iterator<Item = Trial> {
    checks.iter().map(move |&check| {
        let subject = subject.clone();
        let name = format!("{}::{kind}{}", subject.name, check.id);
        trial(name, check, move || pass(&check, Some(&subject)))
    })
}

/// A demand, or an experiment, that must hold.
pub(crate) fn pass(check: &Check, subject: Option<&Subject>) -> Result<(), Failed> {
    in_time(check, subject).map_err(Failed::from)
}

/// What comes of a check that must pass. The other trials keep the machine busy, so one that's only late is tried
/// again for a while.
fn in_time(check: &Check, subject: Option<&Subject>) -> Result<(), Box<Report>> {
    let since = Instant::now();
    loop {
        let outcome = perform(check, subject, must_pass());
        let is_late = outcome.as_ref().is_err_and(|report| report.is_of_time());
        if !is_late || since.elapsed() >= must_pass() {
            return outcome;
        }
    }
}

/// How often a wrong program is tried on a check before its head counts as wrong. What it does wrong may depend
/// on which of its threads comes first, or a busy machine may have started it so late that it seems to be in
/// time. (A right program is tried once, unless it's late.)
const ATTEMPTS: usize = 3;

/// Where a program doesn't fare as its list of failures says.
pub(crate) struct Mismatch {
    /// What it fails, and isn't in the list.
    pub lacks: Vec<&'static str>,
    /// What is in the list, and it passes.
    pub too_many: Vec<&'static str>,
    told: Vec<String>,
}

impl Mismatch {
    /// What the list `lacks one, two and has three too many`.
    pub fn in_short(&self) -> String {
        let lacks = format!("lacks {}", self.lacks.join(", "));
        let has = format!("has {} too many", self.too_many.join(", "));
        match (self.lacks.is_empty(), self.too_many.is_empty()) {
            (false, true) => lacks,
            (true, _) => has,
            (false, false) => format!("{lacks} and {has}"),
        }
    }

    /// What has been done to the list: `added one, two; dropped three`.
    pub fn mended(&self) -> String {
        let changes = [("added", &self.lacks), ("dropped", &self.too_many)];
        let changes = changes.iter().filter(|(_, ids)| !ids.is_empty());
        let changes = changes.map(|(change, ids)| format!("{change} {}", ids.join(", ")));
        changes.collect::<Vec<_>>().join("; ")
    }
}

impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told.join("\n\n"))
    }
}

/// Demands that the subject fails the checks in `fails` and passes all others.
pub(crate) fn exactly(
    checks: &[Check],
    subject: &Subject,
    fails: &[impl AsRef<str> + Sync],
) -> Result<(), Mismatch> {
    let is_listed = |id: &str| fails.iter().any(|name| name.as_ref() == id);
    let wrong: Vec<(&'static str, String)> = side_by_side(checks, |check| {
        let told = if is_listed(check.id) {
            persists(|| {
                let outcome = attempt(Run::alone(Some(subject), &Trace::new(must_fail())), check);
                let passes = || format!("{} passes {}, which it must fail", subject.name, check.id);
                outcome.is_ok().then(passes)
            })
        } else {
            persists(|| {
                let outcome = in_time(check, Some(subject));
                outcome.err().map(|report| format!("It must pass this check.\n{report}"))
            })
        };
        told.map(|told| (check.id, told))
    });
    if wrong.is_empty() {
        return Ok(());
    }
    let ids = wrong.iter().map(|(id, _)| *id);
    let (too_many, lacks) = ids.partition(|id| is_listed(id));
    Err(Mismatch { lacks, too_many, told: wrong.into_iter().map(|(_, told)| told).collect() })
}

/// What is wrong in each of a few attempts. One that hangs isn't tried again.
fn persists(attempt: impl Fn() -> Option<String>) -> Option<String> {
    let since = Instant::now();
    let mut wrong = attempt()?;
    for _ in 1..ATTEMPTS {
        if since.elapsed() >= must_pass() / 4 {
            break;
        }
        wrong = attempt()?;
    }
    Some(wrong)
}

/// What comes of all checks that this machine can run. A program that hangs in several of them is waited
/// for only once.
fn side_by_side<T: Send>(checks: &[Check], verdict: impl Fn(&Check) -> Option<T> + Sync) -> Vec<T> {
    let verdict = &verdict;
    thread::scope(|scope| {
        let runnable = checks.iter().filter(|check| check.needs.missing().is_none());
        let running: Vec<_> = runnable.map(|check| scope.spawn(move || verdict(check))).collect();
        running.into_iter().filter_map(|run| run.join().expect("panics are caught")).collect()
    })
}
