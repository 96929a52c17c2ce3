use std::time::Duration;

/// How long a program may take for a check that it must pass. A very busy machine needs it; a right program
/// on an idle one is done in milliseconds.
pub(crate) fn must_pass() -> Duration {
    Duration::from_secs(60).mul_f64(scale())
}

/// How long the reader's program may take for a check: long for a program that works, and short enough
/// for somebody who waits for a verdict.
pub(crate) fn graded() -> Duration {
    Duration::from_secs(5).mul_f64(scale())
}

/// How long to wait for a check that a program must fail. One that hangs fails by this, so it is
/// short; a check that passes in spite of it is noticed all the same.
pub(crate) fn must_fail() -> Duration {
    Duration::from_millis(600).mul_f64(scale())
}

/// `GRADER_PATIENCE=3` gives a slow machine three times as long.
fn scale() -> f64 {
    let given = std::env::var("GRADER_PATIENCE").ok().and_then(|text| text.parse().ok());
    given.filter(|scale| (0.1..=1000.0).contains(scale)).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::{graded, must_fail, must_pass};
    use crate::spawn::said_with;

    /// Run by the other test.
    #[test]
    fn times() {
        println!("the times are {:?}, {:?}, {:?}.", graded(), must_pass(), must_fail());
    }

    #[test]
    fn a_slow_machine_gets_more_time() {
        for (patience, times) in [
            ("3", "15s, 180s, 1.8s"),
            ("0.1", "500ms, 6s, 60ms"),
            ("1000", "5000s, 60000s, 600s"),
            // None of these is an answer to "how many times as long?".
            ("0.09", "5s, 60s, 600ms"),
            ("1001", "5s, 60s, 600ms"),
            ("long", "5s, 60s, 600ms"),
        ] {
            let said = said_with("GRADER_PATIENCE", patience, "patience::tests::times");
            assert!(said.contains(&format!("the times are {times}.")), "{patience}: {said}");
        }
    }
}
