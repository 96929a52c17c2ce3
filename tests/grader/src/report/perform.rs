use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use super::text::Report;
use crate::actors::{Run, Subject, Trace, measure_start};
use crate::check::{Broken, Check, Outcome};
use crate::machine::{busy_since, despite_stalls, graded, seed};
use crate::words::{demands, report};

/// Runs one check; what it has done is in the run's trace.
pub(crate) fn attempt(run: Run, check: &Check<Run>) -> Outcome {
    attempt_from(seed(), run, check)
}

/// The same with data from this seed.
fn attempt_from(seed: u64, run: Run, check: &Check<Run>) -> Outcome {
    let mut run = run.with_data(seed, check.id);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| (check.run)(&mut run)));
    outcome.unwrap_or_else(|_| Err(Broken::new(demands::no_panic(), demands::a_panic())))
}

/// Runs one check and reports how it fails.
pub(crate) fn perform(
    check: &Check<Run>,
    subject: Option<&Subject>,
    patience: Duration,
) -> Result<(), Box<Report>> {
    perform_from(seed(), check, subject, patience)
}

/// The same with data from this seed.
pub(crate) fn perform_from(
    seed: u64,
    check: &Check<Run>,
    subject: Option<&Subject>,
    patience: Duration,
) -> Result<(), Box<Report>> {
    despite_stalls(|| {
        let trace = Trace::explained(patience);
        attempt_from(seed, Run::new(subject, &trace), check).map_err(|broken| {
            let subject = subject.map_or_else(report::this_machine, |subject| subject.name.clone());
            Box::new(Report::new(check, &subject, trace.take(), broken))
        })
    })
}

/// Judges the reader's program, or says that the machine was too busy for it.
pub(crate) fn grade(check: &Check<Run>, subject: &Subject) -> Result<(), Box<Report>> {
    measure_start(subject);
    despite_stalls(|| {
        let (since, trace) = (Instant::now(), Trace::graded(graded()));
        attempt(Run::new(Some(subject), &trace), check).map_err(|broken| {
            let record = trace.take();
            Box::new(
                Report::new(check, &subject.name, record, broken).judged_while(busy_since(since)),
            )
        })
    })
}

/// Runs a check on a program by itself, outside of a lesson.
///
/// # Errors
///
/// The report.
pub fn judge(check: &Check<Run>, subject: &Subject, patience: Duration) -> Result<(), String> {
    perform(check, Some(subject), patience).map_err(|report| report.to_string())
}
