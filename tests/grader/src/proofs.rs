use std::env;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::lesson::exactly;
use crate::machine::{PYTHON, workspace};
use crate::unchanged::{Before, Inputs};
use crate::{Check, Subject};

/// The trials that prove the suite itself, on programs that are wrong on purpose. Nothing that a reader does
/// to an exercise changes them, so they are spared while the suite, its programs and the machine are the same.
pub(crate) struct Proofs {
    before: Before,
    all: usize,
    begun: Arc<AtomicUsize>,
    passed: Arc<AtomicUsize>,
}

impl Proofs {
    pub fn of<'a>(checks: impl Iterator<Item = &'a Check>, arguments: &Arguments) -> Proofs {
        let words = || {
            // A check is not tried where the machine lacks something.
            let mut words: Vec<String> =
                checks.map(|check| format!("{} {:?}", check.id, check.needs.missing())).collect();
            words.extend(fs::read_to_string("/proc/sys/kernel/osrelease"));
            words.extend(PYTHON.as_ref().map(|python| format!("python 3.{}", python.minor)));
            let settings = ["GRADER_PATIENCE", "GRADER_MEMORY", "SNAPSHOTS"];
            words.extend(settings.map(|name| format!("{name} {:?}", env::var_os(name))));
            words
        };
        Proofs::before(Inputs::of(&workspace(), &[]).look(arguments, words))
    }

    fn before(before: Before) -> Proofs {
        Proofs { before, all: 0, begun: Arc::default(), passed: Arc::default() }
    }

    /// As where all have passed with a suite, programs and a machine that are the same.
    #[cfg(test)]
    pub fn unchanged() -> Proofs {
        let inputs = Inputs { paths: vec![], words: vec![], note: "/nonexistent".into() };
        let mut before = inputs.look_unless(true);
        before.unchanged = Some("unchanged");
        Proofs::before(before)
    }

    pub fn trial(
        &mut self,
        name: String,
        run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        self.all += 1;
        let (begun, passed) = (Arc::clone(&self.begun), Arc::clone(&self.passed));
        self.before.spare(Trial::test(name, move || {
            begun.fetch_add(1, Ordering::Relaxed);
            // One that panics does not come back.
            run()?;
            passed.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }))
    }

    /// The trial of a program that must fail exactly these of the checks.
    pub fn wrong(
        &mut self,
        kind: &str,
        subject: Subject,
        checks: Vec<Check>,
        fails: &'static [&'static str],
    ) -> Trial {
        let name = format!("{kind}::{}", subject.name);
        self.trial(name, move || exactly(&checks, &subject, fails))
    }

    /// To be called when all trials have ended.
    pub fn note(self) {
        let [begun, passed] = [self.begun, self.passed].map(|count| count.load(Ordering::Relaxed));
        self.before.note(passed == self.all, passed < begun);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use libtest_mimic::{Arguments, Failed, Trial};

    use super::Proofs;
    use crate::unchanged::Inputs;

    /// A suite with two proofs and the check of an exercise: how many of its trials have run.
    fn run(folder: &Path, fresh: bool, second: fn() -> Result<(), Failed>) -> u64 {
        let log = folder.join("log");
        let arguments = Arguments::from_iter(["a suite", "--logfile", log.to_str().unwrap()]);
        let inputs = Inputs { paths: vec![], words: vec![], note: folder.join("note") };
        // Not `look`: with `CI` nothing would be spared.
        let mut proofs = Proofs::before(inputs.look_unless(fresh));
        let trials = vec![
            proofs.trial("fault::one".into(), || Ok(())),
            proofs.trial("fault::two".into(), second),
            Trial::test("exercise", || Err("not mended yet".into())),
        ];
        let conclusion = libtest_mimic::run(&arguments, trials);
        proofs.note();
        conclusion.num_passed + conclusion.num_failed
    }

    #[test]
    fn proofs_are_spared_while_an_exercise_fails() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(folder.path(), false, || Err("a wrong program passes".into())), 3);
        assert_eq!(run(folder.path(), false, || panic!("the suite itself is wrong")), 3);
        assert_eq!(run(folder.path(), false, || Ok(())), 3);
        for _ in 0..2 {
            assert_eq!(run(folder.path(), false, || Ok(())), 1);
        }
    }

    #[test]
    fn a_proof_that_panics_is_not_spared_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(folder.path(), false, || Ok(())), 3);
        assert_eq!(run(folder.path(), true, || panic!("by chance")), 3);
        assert_eq!(run(folder.path(), false, || Ok(())), 3);
    }
}
