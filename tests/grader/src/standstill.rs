//! Whether the machine has stood still: a virtual machine was stopped for some seconds, or a laptop swaps.
//!
//! A busy machine makes everything slower, and checks wait for that. But where *nothing* runs for seconds,
//! programs run out of the time that they give themselves, and are late without being wrong. One processor
//! is enough for that: a kernel that is stuck on it says so (a "lockup"), and the others go on.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often a thread looks at the clock.
const BEAT: Duration = Duration::from_millis(100);

/// How late it is where the machine has stood still. With fifty times more to do than it can, a machine
/// mostly wakes a thread within half a second.
const STANDSTILL: Duration = Duration::from_secs(1);

/// How often something is done at most.
const TRIES: usize = 3;

struct Heart {
    last_beat: Instant,
    /// The end of the last standstill.
    stood_still: Option<Instant>,
}

/// Each processor's, each with a thread that runs on no other.
static HEARTS: LazyLock<Vec<Arc<Mutex<Heart>>>> = LazyLock::new(|| {
    let beating = |processor| {
        let heart = Heart { last_beat: Instant::now(), stood_still: None };
        let heart = Arc::new(Mutex::new(heart));
        let own = Arc::clone(&heart);
        thread::spawn(move || {
            stay_on(processor);
            loop {
                thread::sleep(BEAT);
                held(&own).beats(Instant::now());
            }
        });
        heart
    };
    processors().into_iter().map(beating).collect()
});

fn held(heart: &Mutex<Heart>) -> MutexGuard<'_, Heart> {
    heart.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processors on which this program may run: sched_getaffinity(2).
#[cfg(target_os = "linux")]
fn processors() -> Vec<usize> {
    use rustix::thread::{CpuSet, sched_getaffinity};
    let all = sched_getaffinity(None).unwrap_or_default();
    (0..CpuSet::MAX_CPU).filter(|number| all.is_set(*number)).collect()
}

/// From now on this thread runs on no other.
#[cfg(target_os = "linux")]
fn stay_on(processor: usize) {
    use rustix::thread::{CpuSet, sched_setaffinity};
    let mut only = CpuSet::new();
    only.set(processor);
    let _ = sched_setaffinity(None, &only);
}

/// Elsewhere one thread beats for all of them.
#[cfg(not(target_os = "linux"))]
fn processors() -> Vec<usize> {
    vec![0]
}

#[cfg(not(target_os = "linux"))]
fn stay_on(_: usize) {}

/// Whether one of the processors has stood still since then.
fn have_stood_still(since: Instant) -> bool {
    // Each is looked at, so that each begins anew.
    let late = HEARTS.iter().filter(|heart| held(heart).has_stood_still(since, Instant::now()));
    late.count() > 0
}

impl Heart {
    fn beats(&mut self, now: Instant) {
        if now.saturating_duration_since(self.last_beat) > BEAT + STANDSTILL {
            self.stood_still = Some(now);
        }
        self.last_beat = now;
    }

    /// Looked at before the thread may have come to its next beat.
    fn has_stood_still(&mut self, since: Instant, now: Instant) -> bool {
        self.beats(now);
        self.stood_still.is_some_and(|end| end > since)
    }
}

/// Does it, and again if it fails while the machine has stood still: that failure says nothing.
///
/// # Errors
///
/// The last failure.
pub fn despite_standstills<T, E>(act: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    LazyLock::force(&HEARTS);
    again_if(have_stood_still, act)
}

fn again_if<T, E>(
    mut stood_still: impl FnMut(Instant) -> bool,
    mut act: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    for _ in 1..TRIES {
        let since = Instant::now();
        let outcome = act();
        if outcome.is_ok() || !stood_still(since) {
            return outcome;
        }
    }
    act()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heart_that_beats_late_has_stood_still() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs_f64(seconds);
        let mut heart = Heart { last_beat: start, stood_still: None };
        // Late, as on a busy machine.
        assert!(!heart.has_stood_still(start, after(1.0)));
        assert!(!heart.has_stood_still(start, after(2.0)));
        let mut at_the_last_moment = Heart { last_beat: start, stood_still: None };
        assert!(!at_the_last_moment.has_stood_still(start, start + BEAT + STANDSTILL));
        heart.beats(after(3.2));
        heart.beats(after(3.3));
        assert!(heart.has_stood_still(after(2.0), after(3.4)));
        for since in [3.2, 3.3] {
            assert!(!heart.has_stood_still(after(since), after(3.4)), "that was before");
        }
        assert!(heart.has_stood_still(after(4.0), after(4.6)), "the next beat has not come");
    }

    #[test]
    fn what_fails_meanwhile_is_done_again() {
        let tries = |stood_still: &[bool], outcomes: &[Result<(), &'static str>]| {
            let (mut stood_still, mut outcomes) = (stood_still.iter(), outcomes.iter());
            let outcome = again_if(
                |_| *stood_still.next().expect("it is not asked for the last"),
                || *outcomes.next().expect("no more tries than outcomes"),
            );
            (outcome, outcomes.len())
        };
        assert_eq!(tries(&[], &[Ok(())]), (Ok(()), 0));
        assert_eq!(tries(&[false], &[Err("one")]), (Err("one"), 0));
        assert_eq!(tries(&[true], &[Err("one"), Ok(())]), (Ok(()), 0));
        assert_eq!(tries(&[true, false], &[Err("one"), Err("two")]), (Err("two"), 0));
        let all = [Err("one"), Err("two"), Err("three")];
        assert_eq!(tries(&[true, true], &all), (Err("three"), 0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn each_processor_has_a_heart_of_its_own() {
        let may_run_on = rustix::thread::sched_getaffinity(None).unwrap().count();
        assert_eq!([processors().len(), HEARTS.len()], [may_run_on as usize; 2]);
        for processor in processors() {
            let runs_on = thread::spawn(move || {
                stay_on(processor);
                rustix::thread::sched_getcpu()
            });
            assert_eq!(runs_on.join().unwrap(), processor);
        }
    }

    #[test]
    fn a_standstill_of_one_processor_is_noticed() {
        let mut tries = 0;
        let outcome = despite_standstills(|| {
            tries += 1;
            if tries == 1 {
                // The heart cannot beat while it is held.
                let _held = HEARTS.last().map(|heart| held(heart));
                thread::sleep(BEAT + STANDSTILL + BEAT);
                return Err("nothing has run");
            }
            Ok(())
        });
        assert_eq!((outcome, tries), (Ok(()), 2));
    }
}
