use std::time::Duration;

use super::busy::slowdown;

/// How long a program may take for a check that it must pass. A very busy machine needs it; a right program
/// on an idle one is done in milliseconds.
pub(crate) fn must_pass() -> Duration {
    Duration::from_secs(60).mul_f64(scale())
}

/// How long the reader's program may take for a check, once it is ready: long for a program that works, and
/// short enough for a reader who waits for a verdict. Longer where other programs keep the machine busy.
pub(crate) fn graded() -> Duration {
    Duration::from_secs(2).mul_f64(scale() * slowdown())
}

/// How long to wait for a check that a program must fail. A program that hangs fails by this, so it is
/// short; a check that passes anyway is noticed.
pub(crate) fn must_fail() -> Duration {
    Duration::from_millis(600).mul_f64(scale())
}

/// `GRADER_PATIENCE=3` gives a slow machine three times as long.
fn scale() -> f64 {
    let given = std::env::var("GRADER_PATIENCE").ok().and_then(|text| text.parse().ok());
    given.filter(|scale| (0.1..=1000.0).contains(scale)).unwrap_or(1.0)
}
