use libtest_mimic::Trial;

use crate::actors::Subject;
use crate::lesson::{Fault, right};
use crate::proofs::Proofs;
use crate::{Check, Needs};

/// What clients, the machine and its user can do to a program, as checks that some programs of a lesson
/// must pass. An exercise does not ask for all of it, so these are not part of its grade.
pub struct Trouble {
    pub(crate) checks: Vec<Check>,
    pub(crate) programs: Vec<(Subject, Needs)>,
    pub(crate) faults: Vec<Fault>,
    /// The checks that other programs have been shown to fail, for the same reason.
    pub(crate) proved: &'static [&'static str],
}

impl Trouble {
    /// At least one fault must fail each of the checks.
    pub fn new(checks: &[Check]) -> Trouble {
        let checks = checks.to_vec();
        Trouble { checks, programs: Vec::new(), faults: Vec::new(), proved: &[] }
    }

    /// More checks.
    pub fn and(mut self, checks: &[Check]) -> Trouble {
        self.checks.extend_from_slice(checks);
        self
    }

    /// These checks are the same for programs with another protocol, and the faults there prove them.
    pub fn proved_by_others(mut self, checks: &'static [&'static str]) -> Trouble {
        self.proved = checks;
        self
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

    /// A program that must fail these checks. It is not judged on the others: most of these programs are
    /// faults of the lesson as well, where it is said what else they do wrong.
    pub fn fault(mut self, subject: Subject, fails: &'static [&'static str]) -> Trouble {
        self.faults.push(Fault { subject, judged_on: None, fails });
        self
    }

    pub(crate) fn trials(self, proofs: &mut Proofs, trials: &mut Vec<Trial>) {
        for (subject, needs) in &self.programs {
            trials.extend(right(subject, *needs, "in_trouble::", &self.checks));
        }
        for Fault { subject, fails, .. } in self.faults {
            let named = self.checks.iter().filter(|check| fails.contains(&check.id));
            let named = named.copied().collect();
            trials.push(proofs.wrong("fault::in_trouble", subject, named, fails));
        }
    }
}
