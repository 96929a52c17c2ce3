//! Whether the machine has stalled: a virtual machine was stopped for some seconds, or a laptop swaps.
//!
//! A busy machine makes everything slower, and checks wait for that. But where *nothing* runs for seconds,
//! programs run out of the time that they give themselves, and are late without being wrong.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often a thread looks at the clock.
const INTERVAL: Duration = Duration::from_millis(100);

/// How late it is where the machine has stalled. With fifty times more to do than it can, a machine
/// mostly wakes a thread within half a second.
const STALL: Duration = Duration::from_secs(1);

/// How often something is done at most.
const ATTEMPTS: usize = 3;

struct Heartbeat {
    last: Instant,
    /// The end of the last stall.
    stalled: Option<Instant>,
}

static HEARTBEAT: LazyLock<Mutex<Heartbeat>> = LazyLock::new(|| {
    thread::spawn(|| {
        loop {
            thread::sleep(INTERVAL);
            heartbeat().beat(Instant::now());
        }
    });
    Mutex::new(Heartbeat { last: Instant::now(), stalled: None })
});

fn heartbeat() -> MutexGuard<'static, Heartbeat> {
    HEARTBEAT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Heartbeat {
    fn beat(&mut self, now: Instant) {
        if now.saturating_duration_since(self.last) > INTERVAL + STALL {
            self.stalled = Some(now);
        }
        self.last = now;
    }

    /// Looked at before the thread may have come to its next beat.
    fn has_stalled(&mut self, since: Instant, now: Instant) -> bool {
        self.beat(now);
        self.stalled.is_some_and(|end| end > since)
    }
}

/// Does it, and again if it fails while the machine has stalled: that failure says nothing.
///
/// # Errors
///
/// The last failure.
pub fn despite_stalls<T, E>(act: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    LazyLock::force(&HEARTBEAT);
    again_if(|since| heartbeat().has_stalled(since, Instant::now()), act)
}

fn again_if<T, E>(
    mut stalled: impl FnMut(Instant) -> bool,
    mut act: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    for _ in 1..ATTEMPTS {
        let since = Instant::now();
        let outcome = act();
        if outcome.is_ok() || !stalled(since) {
            return outcome;
        }
    }
    act()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Were each failure tried again, a program that fails now and then would pass.
    #[test]
    fn a_failure_counts_unless_the_machine_has_stalled() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs_f64(seconds);
        let mut heartbeat = Heartbeat { last: start, stalled: None };
        assert!(!heartbeat.has_stalled(start, after(1.0)), "late, as on a busy machine");
        heartbeat.beat(after(3.0));
        heartbeat.beat(after(3.1));
        assert!(heartbeat.has_stalled(after(2.0), after(3.2)));
        assert!(!heartbeat.has_stalled(after(3.0), after(3.3)), "that was before");

        let tries = |stalled: bool, outcomes: &[Result<(), &'static str>]| {
            let mut left = outcomes.iter();
            (again_if(|_| stalled, || *left.next().expect("no more tries")), left.len())
        };
        assert_eq!(tries(false, &[Err("one"), Ok(())]), (Err("one"), 1));
        assert_eq!(tries(true, &[Err("one"), Ok(())]), (Ok(()), 0));
        assert_eq!(tries(true, &[Err("one"), Err("two"), Err("three")]), (Err("three"), 0));
    }
}
