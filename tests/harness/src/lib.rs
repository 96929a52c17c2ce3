//! Runs trials that are made at run time, with the command line, the output and the exit code of Rust's own
//! harness: `cargo test` and cargo-nextest see no difference.
//!
//! The crates that do the same bring a parser of command lines that takes longer to build than everything
//! else which a lesson's first test needs.

mod arguments;
mod events;
mod pool;

use std::any::Any;
use std::fmt::{self, Display};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

pub use arguments::{Arguments, Format};
use events::Events;
pub use pool::{Lent, Pool};

type Runner = Box<dyn FnOnce() -> Result<(), Failed> + Send>;

/// A test: a name, and what is run.
pub struct Trial {
    about: About,
    run: Runner,
}

/// What is known of a trial without running it.
struct About {
    name: String,
    kind: String,
    is_ignored: bool,
}

impl Trial {
    /// A test that passes when `run` returns `Ok`, and fails when it returns an error or panics.
    pub fn test(
        name: impl Into<String>,
        run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        let about = About { name: name.into(), kind: String::new(), is_ignored: false };
        Trial { about, run: Box::new(run) }
    }

    /// Words in brackets before the name: why it is ignored.
    pub fn with_kind(mut self, kind: impl Into<String>) -> Trial {
        self.about.kind = kind.into();
        self
    }

    /// Whether it is run only with `--ignored` or `--include-ignored`.
    pub fn with_ignored_flag(mut self, is_ignored: bool) -> Trial {
        self.about.is_ignored = is_ignored;
        self
    }

    /// The name, without its kind.
    pub fn name(&self) -> &str {
        &self.about.name
    }
}

impl About {
    /// The name as `--list` shows it.
    fn listed(&self) -> String {
        match self.kind.as_str() {
            "" => self.name.clone(),
            kind => format!("[{kind}] {}", self.name),
        }
    }
}

/// Why a test fails.
pub struct Failed(Box<dyn FnOnce() -> String + Send>);

impl Failed {
    /// A failure whose words depend on how other tests end: they are asked for when they are written, which for
    /// people is after the last test.
    pub fn because(why: impl FnOnce() -> String + Send + 'static) -> Failed {
        Failed(Box::new(why))
    }

    fn why(self) -> String {
        (self.0)()
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failed")
    }
}

impl<T: Display> From<T> for Failed {
    fn from(why: T) -> Failed {
        let why = why.to_string();
        Failed::because(move || why)
    }
}

/// How a trial has ended.
enum Outcome {
    Passed,
    Failed(Failed),
    Ignored,
}

/// How many trials have ended in which way.
#[derive(Default)]
pub struct Conclusion {
    passed: usize,
    failed: usize,
    ignored: usize,
    filtered_out: usize,
}

impl Conclusion {
    /// Whether a trial has failed.
    pub fn has_failed(&self) -> bool {
        self.failed > 0
    }

    /// 101 if a trial has failed, as with Rust's own harness.
    pub fn exit_code(&self) -> ExitCode {
        if self.has_failed() { ExitCode::from(101) } else { ExitCode::SUCCESS }
    }
}

/// Runs or lists the trials that the command line asks for. They start in this order.
pub fn run(arguments: &Arguments, mut trials: Vec<Trial>) -> Conclusion {
    let since = Instant::now();
    let mut events = Events::new(arguments);
    let mut conclusion = Conclusion::default();
    let all = trials.len();
    trials.retain(|trial| arguments.selects(trial));
    if arguments.list {
        trials.iter().for_each(|trial| events.listed(&trial.about));
        return conclusion;
    }
    conclusion.filtered_out = all - trials.len();
    let longest = trials.iter().map(|trial| trial.about.listed().chars().count()).max();
    events.begin(trials.len(), longest.unwrap_or(0));

    let threads =
        arguments.test_threads.or_else(|| thread::available_parallelism().ok().map(NonZero::get));
    let (ended, outcomes) = mpsc::channel();
    let trials = Mutex::new(trials.into_iter());
    let next = || trials.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        for _ in 0..threads.unwrap_or(1) {
            let ended = ended.clone();
            scope.spawn(move || {
                while let Some(Trial { about, run }) = next() {
                    let is_run = arguments.runs_ignored() || !about.is_ignored;
                    let outcome = if is_run { outcome(run) } else { Outcome::Ignored };
                    // The receiver is there until the last thread has ended.
                    let _ = ended.send((about, outcome));
                }
            });
        }
        drop(ended);
        for (about, outcome) in outcomes {
            match outcome {
                Outcome::Passed => conclusion.passed += 1,
                Outcome::Failed(_) => conclusion.failed += 1,
                Outcome::Ignored => conclusion.ignored += 1,
            }
            events.ended(about, outcome);
        }
    });
    events.end(&conclusion, since.elapsed());
    conclusion
}

fn outcome(run: Runner) -> Outcome {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => Outcome::Passed,
        Ok(Err(failed)) => Outcome::Failed(failed),
        Err(payload) => Outcome::Failed(format!("test panicked: {}", message(&*payload)).into()),
    }
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}
