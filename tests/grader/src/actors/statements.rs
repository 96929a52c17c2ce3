//! Steps of the check's own, and statements about what it has observed.

use std::fmt::Display;

use super::run::Run;
use crate::check::{Broken, Outcome};
use crate::words::{demands, steps, text};

impl Run {
    /// A demand of the check's own is broken: for a step that no call of the grader's takes.
    pub fn broken(&self, expected: impl Display, got: impl Display) -> Broken {
        self.trace.broken(expected, got)
    }

    /// A step that the check takes by itself, without a call of the grader's.
    pub fn step(&mut self, what: impl Display) {
        self.trace.step(what);
    }

    /// Many steps that are one in a report, unless one of them fails.
    pub fn as_one_step(
        &mut self,
        what: impl Display,
        perform: impl FnOnce(&mut Run) -> Outcome,
    ) -> Outcome {
        let before = self.trace.steps();
        perform(self)?;
        self.trace.forget_steps_after(before);
        self.trace.step(what);
        Ok(())
    }

    /// A step that is a statement about what has been observed.
    pub fn ensure(&mut self, statement: impl Display, holds: bool, got: impl Display) -> Outcome {
        self.trace.step(&statement);
        if holds { Ok(()) } else { Err(self.trace.broken(statement, got)) }
    }

    /// A step whose outcome is an error that the experiment did not want.
    pub fn attempt<T>(&mut self, what: impl Display, outcome: std::io::Result<T>) -> Outcome<T> {
        self.trace.step(&what);
        outcome.map_err(|why| self.trace.broken(what, why))
    }

    /// A step that must fail with this error of the system.
    pub fn fails<T>(
        &mut self,
        what: impl Display,
        outcome: std::io::Result<T>,
        kind: std::io::ErrorKind,
    ) -> Outcome {
        let expected = steps::fails(text(&what.to_string()), kind);
        self.trace.step(&expected);
        match outcome {
            Ok(_) => Err(self.trace.broken(expected, demands::succeeded())),
            Err(why) if why.kind() == kind => Ok(()),
            Err(why) => Err(self.trace.broken(expected, why)),
        }
    }

    /// Waits until `look` finds something that no event announces.
    pub fn until<T>(
        &mut self,
        expected: impl Display,
        look: impl FnMut() -> Option<T>,
    ) -> Outcome<T> {
        self.trace.step(&expected);
        self.trace.until(&expected, look)
    }
}
