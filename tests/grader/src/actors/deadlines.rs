//! Checks of a program's own deadline, which a busy machine must not disturb.

use std::fmt::Display;
use std::time::{Duration, Instant};

use super::run::Run;
use crate::check::{Broken, Outcome};
use crate::words::{demands, steps};

/// The option with a program's deadline, in seconds.
const TIME_LIMIT: &str = "--time-limit";

/// The longest deadline that a check waits for.
const LONGEST: Duration = Duration::from_secs(5);

impl Run {
    /// Grants the program more time, since the assignment does: its deadline for clients, which the check
    /// waits for, or the two seconds in which it may end.
    pub fn grants(&mut self, time: Duration) {
        self.trace.grants(time);
    }

    /// The deadline that a program is told is granted to it.
    pub(super) fn grants_what_it_is_told(&mut self, arguments: &[&str]) {
        let told = arguments.windows(2).filter(|pair| pair[0] == TIME_LIMIT);
        let seconds = told.filter_map(|pair| pair[1].parse().ok());
        let times = seconds.filter_map(|seconds| Duration::try_from_secs_f64(seconds).ok());
        // A longer one is there to not be reached.
        times.filter(|time| *time <= LONGEST).for_each(|time| self.grants(time));
    }

    /// A step that is a statement about how long something took: where it doesn't hold on a busy machine, the
    /// check isn't judged.
    pub fn ensure_in_time(
        &mut self,
        statement: impl Display,
        holds: bool,
        got: impl Display,
    ) -> Outcome {
        self.ensure(statement, holds, got).map_err(Broken::of_time)
    }

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
            let quarter = self.trace.time_left(&demands::deadline_that_passes())? / 4;
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
        let took = self.until_less_than(latest, perform)?;
        let got = format!("{:.1} s", took.as_secs_f64());
        self.ensure_in_time(steps::no_later_than(latest), took < latest, got)
    }

    /// The same for a check that says by itself what was late: this returns how long it took in the end.
    pub fn until_less_than(
        &mut self,
        latest: Duration,
        perform: impl Fn(&mut Run) -> Outcome<Duration>,
    ) -> Outcome<Duration> {
        loop {
            let since = Instant::now();
            let took = perform(self)?;
            if took < latest || self.trace.left() <= since.elapsed() {
                return Ok(took);
            }
            self.starts_over();
        }
    }

    /// Demands that what began at this moment is over, and took less than the ten seconds that programs have
    /// that are told no deadline: so this one has kept to what it was told. (A busy machine takes its
    /// time.)
    pub fn shorter_than_default(&mut self, since: Instant) -> Outcome {
        let took = since.elapsed();
        let less = took < Duration::from_secs(9);
        self.ensure_in_time(steps::less_than_nine_seconds(), less, format!("{took:?}"))
    }

    /// Whether so much is left of the run's own time.
    pub fn has_time(&self, time: Duration) -> bool {
        self.trace.left() >= time
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
