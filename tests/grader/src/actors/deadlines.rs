//! Checks of a program's own deadline, which a busy machine must not disturb.

use std::time::{Duration, Instant};

use super::run::Run;
use crate::check::Outcome;
use crate::words::{demands, steps};

impl Run {
    /// Performs a check of a program's deadline, which the check gets as an argument: first a short one,
    /// so that the check is quick. A busy machine may stop a right program, or the check, for that long: so
    /// where the demand is broken, or `false` says that nothing was shown, all of it starts over with a second.
    pub fn with_deadline(
        &mut self,
        check: impl Fn(&mut Run, Duration) -> Outcome<bool>,
    ) -> Outcome {
        let mut limit = Duration::from_millis(200);
        loop {
            // No more than a quarter of what is left of the run, in hundredths: people read it in a report.
            let quarter = self.trace.time_left(&demands::DEADLINE_THAT_PASSES)? / 4;
            let hundredths = (quarter.as_millis() / 10).clamp(1, 100) as u64;
            let longest = Duration::from_millis(10 * hundredths);
            match check(self, limit.min(longest)) {
                Ok(true) => return Ok(()),
                Err(broken) if limit >= longest || !self.starts_over() => return Err(broken),
                Err(_) => {}
                // Where there is no time for that, the next look at what is left says so.
                Ok(false) => drop(self.starts_over()),
            }
            limit = longest;
        }
    }

    /// Performs a demand on a program with this deadline for its clients. A busy machine may keep
    /// a right program, or the client, from going on for as long: what is broken later than that says
    /// nothing, and all of it starts over.
    pub fn before_deadline(
        &mut self,
        limit: Duration,
        demand: impl Fn(&mut Run) -> Outcome,
    ) -> Outcome {
        loop {
            let (steps, since) = (self.trace.steps(), Instant::now());
            let outcome = demand(self);
            if outcome.is_ok() || since.elapsed() < limit || self.trace.left().is_zero() {
                return outcome;
            }
            self.trace.forget_steps_after(steps);
        }
    }

    /// Performs what must take less than this; `perform` returns how long it took. A busy machine may keep a
    /// right program from that: what is late starts over, as long as there is time for it.
    pub fn no_later_than(
        &mut self,
        latest: Duration,
        perform: impl Fn(&mut Run) -> Outcome<Duration>,
    ) -> Outcome {
        loop {
            let since = Instant::now();
            let took = perform(self)?;
            if took >= latest && self.trace.left() > since.elapsed() {
                self.starts_over();
                continue;
            }
            let got = format!("{:.1} s", took.as_secs_f64());
            return self.ensure(steps::no_later_than(latest), took < latest, got);
        }
    }

    /// Demands that what began at this moment is over, and took less than the ten seconds that programs have
    /// that are told no deadline: so this one has kept to what it was told. (A busy machine takes its
    /// time.)
    pub fn shorter_than_default(&mut self, since: Instant) -> Outcome {
        let took = since.elapsed();
        let less = took < Duration::from_secs(9);
        self.ensure(steps::LESS_THAN_NINE_SECONDS, less, format!("{took:?}"))
    }

    /// What was done in vain is no part of the report. `false`: there is no time to start over.
    pub fn starts_over(&mut self) -> bool {
        if self.trace.left().is_zero() {
            return false;
        }
        self.trace.take();
        self.clients = 0;
        true
    }
}
