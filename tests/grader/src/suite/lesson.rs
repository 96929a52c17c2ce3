use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use harness::{Arguments, Failed, Trial};

use crate::actors::{Check, Subject};
use crate::check::Needs;
use crate::machine::{
    Channel, keep_private, lesson_folder, stops_at_a_failure, take_descriptors, tell_on, workspace,
};
use crate::suite::answers::{self, Answer};
use crate::suite::exercise::{Exercise, Grade, Shown};
use crate::suite::filter::{self, of_subject};
use crate::suite::head::Role;
use crate::suite::judge::{needing, pass, right, trial};
use crate::suite::listed;
use crate::suite::live;
use crate::suite::record::{Graded, RECORD};
use crate::suite::recorded_report as recorded;
use crate::suite::rejected;
use crate::suite::starter::Begun;
use crate::suite::wrong::{self, Judges, WrongProgram, files};
use crate::words::{Language, of_reader, speaking, suite as words};

/// How many trials run side by side. They wait far more than they compute.
const SIDE_BY_SIDE: usize = 16;

/// The exit code of a suite that fails, as cargo's harness has it.
const FAILED: u8 = 101;

/// Everything that is tested about one lesson.
pub struct Lesson {
    pub(crate) name: &'static str,
    pub(crate) folder: PathBuf,
    pub(crate) program: Subject,
    pub(crate) checks: Vec<Check>,
    /// Checks that several lessons share; the wrong programs of any of them prove these.
    pub(crate) shared: Vec<Check>,
    pub(crate) modes: Vec<Check>,
    pub(crate) robustness: Vec<Check>,
    pub(crate) facts: Vec<Check>,
    pub(crate) exercise: Option<Exercise>,
}

/// What a wrong program takes the place of, and the checks that judge it; or what is wrong with its head.
type Judged = Result<(Role, Judges), String>;

impl Lesson {
    /// The lesson of this name, with its program, its wrong programs, those that rustc refuses, and the
    /// reports that are recorded.
    pub fn new(name: &'static str) -> Lesson {
        Lesson {
            name,
            folder: lesson_folder(name),
            program: Subject::built(name),
            checks: Vec::new(),
            shared: Vec::new(),
            modes: Vec::new(),
            robustness: Vec::new(),
            facts: Vec::new(),
            exercise: None,
        }
    }

    /// What the lesson's program must do. One of its wrong programs must fail each of these.
    pub fn checks(mut self, checks: &[Check]) -> Lesson {
        self.checks.extend_from_slice(checks);
        self
    }

    /// What programs of several lessons must do. A wrong program of one of them must fail each of these.
    pub fn shared(mut self, checks: &[Check]) -> Lesson {
        self.shared.extend_from_slice(checks);
        self
    }

    /// What the lesson's program must do in a mode, or with an option, that few wrong programs have: only
    /// those are judged on it that name it.
    pub fn mode(mut self, checks: &[Check]) -> Lesson {
        self.modes.extend_from_slice(checks);
        self
    }

    /// What clients, the machine and its user may do to the lesson's program, and it must withstand. Only
    /// those wrong programs are judged on it that name it.
    pub fn robustness(mut self, checks: &[Check]) -> Lesson {
        self.robustness.extend_from_slice(checks);
        self
    }

    /// Experiments that show a statement of the book; they have no subject.
    pub fn facts(mut self, facts: &[Check]) -> Lesson {
        self.facts.extend_from_slice(facts);
        self
    }

    /// What the reader is to write, and how it is graded.
    pub fn exercise(mut self, exercise: Exercise) -> Lesson {
        self.exercise = Some(exercise);
        self
    }

    /// Runs what the command line asks for (`cargo test -- --help`).
    pub fn main(self) -> ExitCode {
        #[cfg(windows)]
        on_windows::press_ctrl_c_if_asked();
        quiet_without_reader();
        // A shell that starts the suite in the background may make it ignore Ctrl-C, and then so would
        // every program that it starts. A handler is not inherited (execve(2)).
        let _ = ctrlc::set_handler(|| std::process::exit(130));
        let is_live = live::is_wanted();
        let mut channel = None;
        if is_live || std::env::var_os(RECORD).is_some() {
            let opened = match Channel::open() {
                Ok(opened) => opened,
                Err(why) => {
                    eprintln!("error: cannot write the record: {why}");
                    return ExitCode::FAILURE;
                }
            };
            keep_private();
            live::end_with_stdin();
            match is_live {
                true => tell_on(opened),
                false => channel = Some(opened),
            }
        }
        take_descriptors();
        let mut arguments = Arguments::from_args();
        arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
        // What is recorded or tested stays English; see `words`.
        let language = of_reader();
        let shown = (Shown::by(&arguments), language);
        let name = self.name;
        let subject = match speaking(language, Subject::from_environment) {
            Ok(subject) => subject,
            Err(why) => {
                eprintln!("error: {why}");
                return ExitCode::from(FAILED);
            }
        };
        let is_subject = subject.is_some();
        if is_subject {
            let words = arguments.filters.iter().map(|word| of_subject(word, name));
            // One that means all of them makes the others superfluous.
            arguments.filters = words.collect::<Option<_>>().unwrap_or_default();
        }
        let answers = if is_subject { Vec::new() } else { self.answers().0 };
        let checks = self.exercise.as_ref().map_or(&[][..], |exercise| exercise.checks);
        let (mut trials, grade) = match subject {
            None => self.trials(shown, &answers),
            // A learner's own program, in whatever language: the exercise's checks and nothing else.
            Some(subject) => {
                let grade = Grade::new(self.name, &subject.name, Begun::Yes, checks, shown);
                let trials = checks.iter().map(|check| grade.trial(*check, &subject)).collect();
                (trials, Some(grade))
            }
        };
        // While they wait, there's time for all the others.
        trials.sort_by_key(|trial| !takes_long(trial, checks));
        let is_none = || !trials.iter().any(|trial| arguments.selects(trial));
        if let Some(word) = arguments.filters.first().filter(|_| !arguments.list && is_none()) {
            let names: Vec<&str> = trials.iter().map(Trial::name).collect();
            let why = speaking(language, || filter::matches_nothing(word, name, &names));
            if let Some(why) = why {
                eprintln!("\nerror: {why}\n");
                return ExitCode::from(FAILED);
            }
        }
        // A report on the starter needs only the exercise.
        let on_starter = format!("::{}", name.replace("lesson", "exercise"));
        let needs_wrong_programs = |trial: &Trial| {
            let kinds = ["wrong::", "report::", "fact::"];
            let is_one = kinds.iter().any(|kind| trial.name().starts_with(kind));
            is_one && !trial.name().ends_with(&on_starter)
        };
        let runs = |trial: &Trial| !arguments.list && arguments.selects(trial);
        for answer in &answers {
            let its = format!("{}::", answer.subject.name);
            let is_run = trials.iter().any(|trial| runs(trial) && trial.name().starts_with(&its));
            if is_run
                && answer.needs.missing().is_none()
                && let Err(why) = answer.build()
            {
                eprintln!("error: {why}");
                return ExitCode::from(FAILED);
            }
        }
        if trials.iter().any(|trial| runs(trial) && needs_wrong_programs(trial)) {
            wrong::build(name);
        }
        if let Some(grade) = grade.as_ref().filter(|_| !arguments.list) {
            let names: Vec<&str> =
                trials.iter().filter(|trial| runs(trial)).map(Trial::name).collect();
            grade.expect(&names);
            grade.introduce();
        }
        // With `cargo grade`, all lessons are graded.
        let says_more = shown.0 == Shown::AtOnce && channel.is_none() && !is_subject;
        let conclusion = harness::run(&arguments, trials);
        if let Some(grade) = grade.filter(|_| !arguments.list) {
            grade.show();
            let written = channel.as_mut().map_or(Ok(()), |to| {
                to.write(&grade.results().iter().map(Graded::to_json).collect::<Vec<_>>())
            });
            if let Err(why) = written {
                eprintln!("error: cannot write the record: {why}");
                return ExitCode::FAILURE;
            }
        }
        if conclusion.has_failed() && says_more && stops_at_a_failure() {
            println!("{}\n", speaking(language, words::other_lessons));
        }
        conclusion.exit_code()
    }

    /// The reader's own program, then all else.
    fn trials(self, shown: (Shown, Language), answers: &[Answer]) -> (Vec<Trial>, Option<Grade>) {
        let mut trials = Vec::new();
        let name = self.name;
        let lesson = Arc::new(self);
        let programs = wrong::of_lesson(&lesson.folder);
        // It reads the heads of all lessons and some pages: only if it is asked for.
        let (it, heads) = (Arc::clone(&lesson), programs.clone());
        trials.push(Trial::test(format!("{name}::suite_is_whole"), move || {
            let whole = it.incomplete(&heads);
            if whole.is_empty() { Ok(()) } else { Err(whole.join("\n").into()) }
        }));
        let mut grade = None;
        if let Some(exercise) = &lesson.exercise {
            let (yours, checks) = (exercise.name(), exercise.checks);
            trials.push(Trial::test(format!("{name}::checks_are_in_the_chapter"), move || {
                listed::compare(name, &yours, checks)
            }));
            grade = Some(exercise.trials(name, &lesson.folder, shown, &mut trials));
        }
        for name in files(&lesson.folder.join("rejected"), "rs") {
            let file = lesson.folder.join("rejected").join(&name).with_extension("rs");
            let trial = Trial::test(format!("rejected::{name}"), move || {
                rejected::as_its_head_says(&file).map_err(Failed::from)
            });
            trials.push(needing(trial, rejected::missing()));
        }
        let is_touched = grade.as_ref().is_some_and(|grade| !grade.is_untouched());
        lesson.reports(&programs, is_touched, &mut trials);
        // Where Linux hides what has been read, some of them can't be told from a right one.
        let hidden = Needs::Linux.missing().filter(|_| cfg!(target_os = "linux"));
        for program in programs {
            for (trial, judged) in lesson.wrong(&program) {
                let program = program.clone();
                trials.push(match judged {
                    Err(why) => Trial::test(trial, move || Err(why.into())),
                    Ok((role, judges)) => {
                        let missing =
                            WrongProgram::missing(&role, &judges).or_else(|| hidden.clone());
                        let run = move || program.judged(&role, &judges);
                        needing(Trial::test(trial, run), missing)
                    }
                });
            }
        }
        if let Some(exercise) = &lesson.exercise {
            for Answer { subject, needs, is_copied, .. } in answers {
                // One line says it for all checks.
                if let Some(missing) = needs.missing() {
                    let trial = Trial::test(subject.name.clone(), || Ok(()));
                    trials.push(needing(trial, Some(missing)));
                    continue;
                }
                trials.extend(right(subject, "", exercise.checks));
                let robustness = if *is_copied { &exercise.robustness[..] } else { &[] };
                trials.extend(right(subject, "robust::", robustness));
            }
            trials.extend(right(&exercise.solution, "robust::", &exercise.robustness));
        }
        let program = &lesson.program;
        for checks in [&lesson.checks, &lesson.shared, &lesson.modes] {
            trials.extend(right(program, "", checks));
        }
        trials.extend(right(program, "robust::", &lesson.robustness));
        for &fact in &lesson.facts {
            trials.push(trial(format!("fact::{}", fact.id), fact, move || pass(&fact, None)));
        }
        (trials, grade)
    }

    /// The trials of a wrong program, by name: what is judged in each, or what is wrong with its head.
    pub(crate) fn wrong(&self, program: &WrongProgram) -> Vec<(String, Judged)> {
        let name = format!("wrong::{}", program.name);
        let roles = match &program.roles {
            Ok(roles) => roles,
            Err(why) => return vec![(name, Err(why.clone()))],
        };
        let trial = |role: &Role| {
            // A program that is wrong in two places has two trials.
            let name = match roles.len() {
                1 => name.clone(),
                _ => format!("{name}::{}", role.instead_of),
            };
            let unknown = self.unknown(role);
            let judges = self.judges(&role.instead_of).filter(|_| unknown.is_empty());
            (name, judges.map(|judges| (role.clone(), judges)).ok_or(unknown.join("\n")))
        };
        roles.iter().map(trial).collect()
    }

    /// Right answers in other languages, and the files whose language isn't known.
    pub(crate) fn answers(&self) -> (Vec<Answer>, Vec<String>) {
        let exercise = self.exercise.as_ref().map(|exercise| exercise.name()).unwrap_or_default();
        answers::find(&self.folder, &workspace().join("tests/answers").join(exercise))
    }

    /// The checks on which programs are judged that take the place of the lesson's program or of an answer.
    pub(crate) fn judges(&self, instead_of: &str) -> Option<Judges> {
        if instead_of == self.name {
            return Some(Judges {
                all: [&self.checks[..], &self.shared].concat(),
                named: [&self.modes[..], &self.robustness].concat(),
            });
        }
        let exercise = self.exercise.as_ref().filter(|exercise| exercise.name() == instead_of)?;
        let (long, all): (Vec<_>, Vec<_>) = exercise.checks.iter().partition(|it| it.takes_long);
        Some(Judges { all, named: [long, exercise.robustness.clone()].concat() })
    }

    /// The recorded reports on checks of the exercise: each is a file in `tests/reports/`, named after the
    /// program and the check.
    fn reports(&self, programs: &[WrongProgram], begun: bool, trials: &mut Vec<Trial>) {
        let Some(exercise) = &self.exercise else { return };
        for report in recorded::of_lesson(self.name) {
            let Some(&check) = exercise.checks.iter().find(|check| check.id == report.check) else {
                continue;
            };
            let name = report.program.clone();
            let check = if report.is_of_linux() { check.needs(Needs::Linux) } else { check };
            let is_starter = name == exercise.name();
            let wrong = programs.iter().find(|program| program.name == name).cloned();
            let yours = exercise.yours.clone();
            if is_starter && begun {
                continue;
            }
            trials.push(trial(report.name(), check, move || {
                let subject = match wrong {
                    Some(program) => program.subject()?,
                    None => yours,
                };
                report.compare(&check, &subject)
            }));
        }
    }
}

/// Whether it's a trial of a check that waits for seconds.
fn takes_long(trial: &Trial, checks: &[Check]) -> bool {
    let id = trial.name().rsplit("::").next();
    checks.iter().any(|check| check.takes_long && id == Some(check.id))
}

/// Ends this process silently when what it writes isn't read any more: `cargo test | head -1`. Rust
/// panics in `println!` then.
fn quiet_without_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload().downcast_ref::<String>().map_or("", |text| text);
        if text.starts_with("failed printing to std") {
            std::process::exit(i32::from(FAILED));
        }
        usual(panic);
    }));
}
