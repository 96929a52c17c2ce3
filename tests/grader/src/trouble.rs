use libtest_mimic::Trial;

use crate::check::{Check, Needs};
use crate::lesson::{Fault, exactly, pass, trial};
use crate::subject::Subject;

/// What clients, the machine and its user can do to a program, as checks that some programs of a lesson
/// must pass. An exercise does not ask for all of it, so these are not part of its grade.
pub struct Trouble {
    pub(crate) checks: Vec<Check>,
    programs: Vec<(Subject, Needs)>,
    pub(crate) faults: Vec<Fault>,
}

impl Trouble {
    /// At least one fault must fail each of the checks.
    pub fn new(checks: &[Check]) -> Trouble {
        Trouble { checks: checks.to_vec(), programs: Vec::new(), faults: Vec::new() }
    }

    /// A program that must pass all checks.
    pub fn program(self, subject: Subject) -> Trouble {
        self.program_that_needs(Needs::Nothing, subject)
    }

    /// The same for a program that not every machine can run.
    pub fn program_that_needs(mut self, needs: Needs, subject: Subject) -> Trouble {
        self.programs.push((subject, needs));
        self
    }

    /// A program that must fail exactly these checks. It may be a fault of the lesson, too.
    pub fn fault(mut self, subject: Subject, fails: &'static [&'static str]) -> Trouble {
        self.faults.push(Fault { subject, judged_on: None, fails });
        self
    }

    pub(crate) fn trials(self, trials: &mut Vec<Trial>) {
        for (subject, needs) in self.programs {
            for &check in &self.checks {
                let subject = subject.clone();
                let name = format!("{}::in_trouble::{}", subject.name, check.id);
                let needs = if needs.missing().is_some() { needs } else { check.needs };
                trials.push(trial(name, check.needs(needs), move || pass(&check, Some(&subject))));
            }
        }
        for Fault { subject, fails, .. } in self.faults {
            let checks = self.checks.clone();
            trials.push(Trial::test(format!("fault::in_trouble::{}", subject.name), move || {
                exactly(&checks, &subject, fails)
            }));
        }
    }
}
