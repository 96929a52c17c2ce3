//! How long a program takes to start: an interpreter on a busy machine takes seconds.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What every start may take, beyond what earlier ones took.
const FEW: Duration = Duration::from_millis(200);

/// How many times as long as the longest start so far the next one may take.
const TIMES: u32 = 4;

/// No start may take longer.
const MOST: Duration = Duration::from_secs(20);

/// How long a start may take as long as the first one isn't over.
const UNKNOWN: Duration = Duration::from_millis(3500);

/// The longest start of each program in this suite. `None`: its first start isn't over.
static SEEN: Mutex<BTreeMap<String, Option<Duration>>> = Mutex::new(BTreeMap::new());

/// Notes that the first start of a program has begun.
pub(crate) fn begins(program: &str) {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).entry(program.into()).or_default();
}

/// Notes how long a program took until it was ready.
pub(crate) fn seen(program: &str, took: Duration) {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let longest = seen.entry(program.into()).or_default();
    *longest = Some(took).max(*longest);
}

/// How long the next start of a program may take.
pub(crate) fn allowance(program: &str) -> Duration {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    match seen.get(program) {
        None => FEW,
        Some(None) => UNKNOWN,
        Some(Some(longest)) => (FEW + TIMES * (*longest).min(MOST)).min(MOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_starts_slowly_may_start_slowly() {
        assert_eq!(allowance("slow"), FEW);
        begins("slow");
        assert_eq!(allowance("slow"), UNKNOWN);
        seen("slow", Duration::from_secs(1));
        seen("slow", Duration::from_millis(1));
        begins("slow");
        assert_eq!(allowance("slow"), FEW + TIMES * Duration::from_secs(1));
        seen("slow", Duration::from_secs(99));
        assert_eq!(allowance("slow"), MOST);
        assert_eq!(allowance("quick"), FEW);
    }
}
