use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::actors::Trace;
use crate::exercise::{Exercise, Grade, Shown};
use crate::listed;
use crate::machine::{must_fail, must_pass, take_descriptors, workspace};
use crate::proofs::Proofs;
use crate::record;
use crate::recorded_report as recorded;
use crate::rejected;
use crate::report::{attempt, perform};
use crate::trouble::Trouble;
use crate::what_breaks;
use crate::{Check, Needs, Run, Subject};

#[cfg(test)]
mod tests;

/// How many trials run side by side. They wait far more than they compute.
const SIDE_BY_SIDE: usize = 16;

/// A program that must fail exactly some of the checks that it is judged on.
pub(crate) struct Fault {
    pub subject: Subject,
    /// `None`: the lesson's checks and its contract.
    pub judged_on: Option<Vec<Check>>,
    pub fails: &'static [&'static str],
}

/// Everything that is tested about one lesson.
pub struct Lesson {
    name: &'static str,
    directory: PathBuf,
    checks: Vec<Check>,
    /// Checks that another lesson proves by its faults.
    contract: Vec<Check>,
    modes: Vec<Check>,
    facts: Vec<Check>,
    programs: Vec<Subject>,
    faults: Vec<Fault>,
    rejected: Vec<(&'static str, &'static str)>,
    exercise: Option<Exercise>,
    exercise_faults: Vec<Fault>,
    /// More good answers, each with what it needs.
    answers: Vec<(Subject, Needs)>,
    /// Programs, each with a check of the exercise that it fails, whose reports are recorded.
    reports: Vec<(Subject, &'static str)>,
    troubles: Vec<Trouble>,
}

impl Lesson {
    /// `directory` is the lesson's own: `env!("CARGO_MANIFEST_DIR")`.
    pub fn new(name: &'static str, directory: &str) -> Lesson {
        Lesson {
            name,
            directory: directory.into(),
            checks: Vec::new(),
            contract: Vec::new(),
            modes: Vec::new(),
            facts: Vec::new(),
            programs: Vec::new(),
            faults: Vec::new(),
            rejected: Vec::new(),
            exercise: None,
            exercise_faults: Vec::new(),
            answers: Vec::new(),
            reports: Vec::new(),
            troubles: Vec::new(),
        }
    }

    /// What the lesson's program must do. At least one fault must fail each of these.
    pub fn checks(mut self, checks: &[Check]) -> Lesson {
        self.checks.extend_from_slice(checks);
        self
    }

    /// What every program of this kind must do, proved by the faults of another lesson.
    pub fn contract(mut self, checks: &[Check]) -> Lesson {
        self.contract.extend_from_slice(checks);
        self
    }

    /// What the lesson's program must do in a mode, or with an option, that few faults have. At least
    /// one [`fault_in_mode`](Lesson::fault_in_mode) must fail each of these.
    pub fn mode(mut self, checks: &[Check]) -> Lesson {
        self.modes.extend_from_slice(checks);
        self
    }

    /// Experiments that show a statement of the book; they have no subject.
    pub fn facts(mut self, facts: &[Check]) -> Lesson {
        self.facts.extend_from_slice(facts);
        self
    }

    /// A program that must pass all checks.
    pub fn program(mut self, subject: Subject) -> Lesson {
        self.programs.push(subject);
        self
    }

    /// A program that must fail exactly these checks.
    pub fn fault(mut self, subject: Subject, fails: &'static [&'static str]) -> Lesson {
        self.faults.push(Fault { subject, judged_on: None, fails });
        self
    }

    /// A program that has only one mode of the lesson's: it is judged on these checks alone.
    pub fn fault_in_mode(
        mut self,
        checks: &[Check],
        subject: Subject,
        fails: &'static [&'static str],
    ) -> Lesson {
        self.faults.push(Fault { subject, judged_on: Some(checks.to_vec()), fails });
        self
    }

    /// A program in `rejected/` that rustc must refuse with exactly this error code.
    pub fn rejected(mut self, name: &'static str, code: &'static str) -> Lesson {
        self.rejected.push((name, code));
        self
    }

    /// What the reader is to write, and how it is graded.
    pub fn exercise(mut self, exercise: Exercise) -> Lesson {
        self.exercise = Some(exercise);
        self
    }

    /// A wrong answer to the exercise: it must fail exactly these of the exercise's checks.
    pub fn wrong_answer(mut self, subject: Subject, fails: &'static [&'static str]) -> Lesson {
        self.exercise_faults.push(Fault { subject, judged_on: None, fails });
        self
    }

    /// One more good answer to the exercise, in another language: it must pass the exercise's checks.
    pub fn answer(mut self, subject: Subject, needs: Needs) -> Lesson {
        self.answers.push((subject, needs));
        self
    }

    /// The report on a wrong answer, or on the untouched starter, that fails this check of the exercise is
    /// recorded in `tests/reports/`, to be reviewed like the book's text.
    pub fn report(mut self, subject: Subject, check: &'static str) -> Lesson {
        self.reports.push((subject, check));
        self
    }

    /// What programs of this lesson must stand: the lesson's own, and good answers to its exercise.
    pub fn trouble(mut self, trouble: Trouble) -> Lesson {
        self.troubles.push(trouble);
        self
    }

    /// Runs what the command line asks for (`cargo test -- --help`).
    pub fn main(self) -> ExitCode {
        // A shell that starts the suite in the background may make it ignore Ctrl-C, and then so would
        // every program that it starts. A handler is not inherited (execve(2)).
        let _ = ctrlc::set_handler(|| std::process::exit(130));
        take_descriptors();
        let mut arguments = Arguments::from_args();
        arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
        let checks = self.exercise.as_ref().map_or(&[][..], |exercise| exercise.checks);
        let shown = Shown::by(&arguments);
        let mut proofs = None;
        let (trials, grade) = match Subject::from_environment() {
            None => {
                let of_trouble = self.troubles.iter().flat_map(|trouble| &trouble.checks);
                let all = self.all_checks().chain(checks).chain(of_trouble);
                let proofs = proofs.insert(Proofs::of(all, &arguments));
                self.trials(shown, proofs)
            }
            // Somebody's own program, in whatever language: the exercise's checks and nothing else.
            Some(subject) => {
                let grade = Grade::new(self.name, &subject.name, true, checks, shown);
                let trials = checks.iter().map(|check| grade.trial(*check, &subject)).collect();
                (trials, Some(grade))
            }
        };
        if let Some(grade) = grade.as_ref().filter(|_| !arguments.list) {
            grade.introduce();
        }
        let conclusion = libtest_mimic::run(&arguments, trials);
        if let Some(proofs) = proofs {
            proofs.note();
        }
        if let Some(grade) = grade.filter(|_| !arguments.list) {
            grade.show();
            if let Err(why) = record::write(&grade.results()) {
                eprintln!("error: cannot write the record: {why}");
            }
        }
        conclusion.exit_code()
    }

    /// In the order in which they start: the reader's own program, then what takes longest.
    fn trials(self, shown: Shown, proofs: &mut Proofs) -> (Vec<Trial>, Option<Grade>) {
        let mut trials = Vec::new();
        let whole = self.incomplete();
        trials.push(Trial::test(format!("{}::suite_is_whole", self.name), move || {
            if whole.is_empty() { Ok(()) } else { Err(whole.join("\n").into()) }
        }));
        let mut grade = None;
        if let Some(exercise) = &self.exercise {
            let (lesson, yours, checks) = (self.name, exercise.yours.name.clone(), exercise.checks);
            trials.push(Trial::test(format!("{lesson}::checks_are_in_the_chapter"), move || {
                listed::compare(lesson, &yours, checks)
            }));
            grade = Some(exercise.trials(self.name, &self.directory, shown, &mut trials));
        }
        for (name, code) in self.rejected {
            let file = self.directory.join("rejected").join(name).with_extension("rs");
            trials.push(proofs.trial(format!("rejected::{name}"), move || {
                rejected::with_code(&file, code).map_err(Failed::from)
            }));
        }
        let exercise = self.exercise.as_ref().map_or(&[][..], |exercise| exercise.checks);
        let starter = self.exercise.as_ref().map_or("", |exercise| exercise.yours.name.as_str());
        let begun = grade.as_ref().is_some_and(Grade::begun);
        for (subject, id) in self.reports.iter().filter(|(one, _)| !begun || one.name != starter) {
            let name = format!("report::{id}::{}", subject.name);
            let Some(&check) = exercise.iter().find(|check| check.id == *id) else { continue };
            let (subject, file) = (subject.clone(), recorded::file(self.name, &subject.name, id));
            let check = check.needs(Needs::Linux);
            let is_starter = subject.name == starter;
            let compare = move || recorded::compare(&check, &subject, &file);
            trials.push(match is_starter || check.needs.missing().is_some() {
                true => trial(name, check, compare),
                false => proofs.trial(name, compare),
            });
        }
        for Fault { subject, fails, .. } in self.exercise_faults {
            trials.push(proofs.wrong("wrong_answer", subject, exercise.to_vec(), fails));
        }
        let checks: Vec<Check> = [self.checks, self.contract].concat();
        for Fault { subject, judged_on, fails } in self.faults {
            let checks = judged_on.unwrap_or_else(|| checks.clone());
            trials.push(proofs.wrong("fault", subject, checks, fails));
        }
        for (subject, needs) in &self.answers {
            trials.extend(right(subject, *needs, "", exercise));
        }
        let checks: Vec<Check> = [checks, self.modes].concat();
        for subject in &self.programs {
            trials.extend(right(subject, Needs::Nothing, "", &checks));
        }
        for &fact in &self.facts {
            trials.push(trial(format!("fact::{}", fact.id), fact, move || pass(&fact, None)));
        }
        for trouble in self.troubles {
            trouble.trials(proofs, &mut trials);
        }
        (trials, grade)
    }

    fn all_checks(&self) -> impl Iterator<Item = &Check> + Clone {
        self.checks.iter().chain(&self.contract).chain(&self.modes)
    }

    /// What is missing in the suite itself.
    fn incomplete(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let in_trouble = self.troubles.iter().flat_map(|trouble| &trouble.faults);
        let all_faults = self.faults.iter().chain(&self.exercise_faults).chain(in_trouble);
        let faults: Vec<&str> = all_faults.map(|fault| fault.subject.name.as_str()).collect();
        let rejected: Vec<&str> = self.rejected.iter().map(|(name, _)| *name).collect();
        for (folder, tested) in [("faults", faults), ("rejected", rejected)] {
            let files = files(&self.directory.join(folder), "rs");
            let tested: BTreeSet<String> = tested.into_iter().map(String::from).collect();
            for file in files.symmetric_difference(&tested) {
                missing.push(format!("{folder}/{file}.rs and the suite's list of {folder} differ"));
            }
        }
        for file in ["exercise.rs", "solution.rs"] {
            if self.exercise.is_none() && self.directory.join(file).exists() {
                missing.push(format!("{file} is tested by nobody"));
            }
        }
        for file in files(&self.directory, "py").iter().map(|name| format!("{name}.py")) {
            let tested = self.answers.iter().any(|(subject, _)| subject.name == file);
            if file.starts_with("solution") && !tested {
                missing.push(format!("{file} is tested by nobody"));
            }
        }
        let proved: Vec<Check> = self.checks.iter().chain(&self.modes).copied().collect();
        let known: Vec<Check> = self.all_checks().copied().collect();
        missing.extend(unproved(&proved, &known, &self.faults));
        let exercise = self.exercise.as_ref().map_or(&[][..], |exercise| exercise.checks);
        missing.extend(unproved(exercise, exercise, &self.exercise_faults));
        for Trouble { checks, faults, proved, .. } in &self.troubles {
            let to_prove = checks.iter().filter(|check| !proved.contains(&check.id));
            missing.extend(unproved(&to_prove.copied().collect::<Vec<_>>(), checks, faults));
        }
        let recorded = files(&recorded::folder(self.name), "txt");
        let reports =
            self.reports.iter().map(|(subject, check)| recorded::name(&subject.name, check));
        for file in recorded.symmetric_difference(&reports.collect()) {
            missing.push(format!(
                "tests/reports/{}/{file}.txt and the suite's list of reports differ",
                self.name
            ));
        }
        for (_, id) in
            self.reports.iter().filter(|(_, id)| exercise.iter().all(|check| check.id != *id))
        {
            missing.push(format!("a report is recorded of the check {id}, which does not exist"));
        }
        let in_trouble = self.troubles.iter().flat_map(|trouble| &trouble.checks);
        for check in self.all_checks().chain(&self.facts).chain(exercise).chain(in_trouble) {
            if check.demands.is_empty() {
                missing.push(format!("the check {} demands nothing in words", check.id));
            }
            if let Err(why) = resolves(check.section) {
                missing.push(format!("the check {}: {why}", check.id));
            }
        }
        missing.extend(self.wrong_on_the_page());
        missing
    }

    /// What the book's page on what breaks a program says of this lesson's programs that is not so, or
    /// does not say.
    fn wrong_on_the_page(&self) -> Vec<String> {
        let shown = self.shown();
        let ours: BTreeSet<&str> = shown.iter().map(|(_, program)| *program).collect();
        let listed: BTreeSet<&str> = what_breaks::named().map(|(check, _)| check).collect();
        // A fact is no demand on a program; the page names the one that it is about.
        let is_fact = |id: &str| self.facts.iter().any(|fact| fact.id == id);
        let named: BTreeSet<_> = what_breaks::named()
            .filter(|(check, program)| ours.contains(program) && !is_fact(check))
            .collect();
        let mut wrong = Vec::new();
        for (check, program) in named.difference(&shown) {
            wrong.push(format!(
                "what_breaks.rs lists {program} with {check}, which is not its check"
            ));
        }
        for (check, program) in shown.difference(&named).filter(|(id, _)| listed.contains(id)) {
            wrong.push(format!("what_breaks.rs does not list {program} with {check}"));
        }
        let network =
            self.facts.iter().filter(|fact| matches!(fact.needs, Needs::Network | Needs::Netem));
        let troubles = self.troubles.iter().flat_map(|trouble| &trouble.checks).chain(network);
        for check in troubles.filter(|check| !listed.contains(check.id)) {
            wrong.push(format!("what_breaks.rs does not list the trouble {}", check.id));
        }
        wrong
    }

    /// The checks that right programs must pass, each with the name of the program.
    fn shown(&self) -> BTreeSet<(&str, &str)> {
        fn each<'a>(
            checks: impl Iterator<Item = &'a Check> + Clone,
            programs: impl Iterator<Item = &'a Subject>,
        ) -> impl Iterator<Item = (&'a str, &'a str)> {
            programs.flat_map(move |program| {
                checks.clone().map(move |check| (check.id, program.name.as_str()))
            })
        }
        let lesson = each(self.all_checks(), self.programs.iter());
        let answers = self.answers.iter().map(|(answer, _)| answer);
        let solution = self.exercise.iter().map(|exercise| &exercise.solution);
        let exercise = self.exercise.iter().flat_map(|exercise| exercise.checks);
        let exercise = each(exercise, solution.chain(answers));
        let troubles = self.troubles.iter().flat_map(|trouble| {
            each(trouble.checks.iter(), trouble.programs.iter().map(|(program, _)| program))
        });
        lesson.chain(exercise).chain(troubles).collect()
    }
}

/// Checks that no wrong program fails or that have no question, and wrong programs that name no check.
fn unproved(proved: &[Check], known: &[Check], faults: &[Fault]) -> Vec<String> {
    let mut missing = Vec::new();
    let named: BTreeSet<&str> = faults.iter().flat_map(|fault| fault.fails).copied().collect();
    for check in proved {
        if !named.contains(check.id) {
            missing.push(format!("no fault fails the check {}", check.id));
        }
        if !check.hint.ends_with('?') {
            missing.push(format!("the check {} has no hint that is a question", check.id));
        }
    }
    for unknown in named.iter().filter(|name| known.iter().all(|check| check.id != **name)) {
        missing.push(format!("a fault names the check {unknown}, which does not exist"));
    }
    missing
}

/// The names of a folder's files of one kind; none where there is no folder.
fn files(folder: &Path, kind: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files
        .filter(|file| file.extension().is_some_and(|extension| extension == kind))
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect()
}

/// Whether `page.html#heading` is a page and a heading of the book.
fn resolves(section: &str) -> Result<(), String> {
    let (page, heading) = section.split_once('#').unwrap_or((section, ""));
    let chapters = workspace().join("book/chapters");
    // mdBook makes index.html of the README.
    let source = if page == "index.html" { "README.html" } else { page };
    let file = chapters.join(source).with_extension("md");
    let text = fs::read_to_string(&file).map_err(|_| format!("the book has no page '{page}'"))?;
    let mut headings = text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect::<String>()
    });
    if heading.is_empty() || headings.any(|slug| slug == heading) {
        Ok(())
    } else {
        Err(format!("the page '{page}' has no heading '#{heading}'"))
    }
}

/// A test for the harness; ignored, with the reason, where the machine lacks what the check needs.
pub(crate) fn trial(
    name: String,
    check: Check,
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    match check.needs.missing() {
        None => Trial::test(name, run),
        Some(missing) => Trial::test(name, run).with_kind(missing).with_ignored_flag(true),
    }
}

/// A trial for each check, which the program must pass, on a machine that has what the program needs.
/// `kind` stands between their names.
pub(crate) fn right<'a>(
    subject: &'a Subject,
    needs: Needs,
    kind: &'a str,
    checks: &'a [Check],
) -> impl Iterator<Item = Trial> {
    // The check may have a need of its own.
    let both = move |check: &Check| if needs.missing().is_some() { needs } else { check.needs };
    checks.iter().map(move |check| {
        let (check, subject) = (check.needs(both(check)), subject.clone());
        let name = format!("{}::{kind}{}", subject.name, check.id);
        trial(name, check, move || pass(&check, Some(&subject)))
    })
}

fn pass(check: &Check, subject: Option<&Subject>) -> Result<(), Failed> {
    perform(check, subject, must_pass()).map_err(Failed::from)
}

/// Demands that the subject fails the checks in `fails` and passes all others.
pub(crate) fn exactly(checks: &[Check], subject: &Subject, fails: &[&str]) -> Result<(), Failed> {
    let verdict = |check: &Check| {
        if !fails.contains(&check.id) {
            let outcome = perform(check, Some(subject), must_pass());
            return outcome.err().map(|report| format!("It must pass this check.\n{report}"));
        }
        let outcome = attempt(Run::alone(Some(subject), &Trace::new(must_fail())), check);
        let passes = || format!("{} passes {}, which it must fail", subject.name, check.id);
        outcome.is_ok().then(passes)
    };
    // Side by side: a fault that hangs in several checks is waited for only once.
    let wrong: Vec<String> = thread::scope(|scope| {
        let runnable = checks.iter().filter(|check| check.needs.missing().is_none());
        let running: Vec<_> = runnable.map(|check| scope.spawn(|| verdict(check))).collect();
        running.into_iter().filter_map(|run| run.join().expect("panics are caught")).collect()
    });
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n\n").into()) }
}

/// The subject that is a program of the test's own package.
#[macro_export]
macro_rules! program {
    ($name:literal) => {
        $crate::Subject::new($name, env!(concat!("CARGO_BIN_EXE_", $name)))
    };
}
