//! One run of an exercise's checks: cargo builds the lesson's suite with all that it starts, and the suite
//! tells its live record. No shell, and no argument from a request.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use catalog::Language;
use serde_json::Value;
use tokio::process::Command;

use super::channel;
use super::words::{self, Mistold};
use crate::process::child::{self, Stop};
use crate::source::Exercise;

/// What a run tells while it lasts.
pub enum Event {
    /// What cargo does just now.
    Building(String),
    /// A line of the suite's live record: see `tests/grader/src/live.rs`.
    Live(Value),
}

/// How a run ended.
pub enum Verdict {
    Graded,
    /// What the compiler says.
    DoesNotCompile(String),
    /// Something else keeps the checks from being run.
    Failed(String),
    Stopped,
}

/// A longer line is read in pieces, so that no program fills our memory.
const LONGEST_LINE: usize = 256 * 1024;

/// What is kept of the compiler's words.
const ERRORS: usize = 64 * 1024;

/// A suite that is built, and the exercise as well.
pub struct Built {
    pub suite: PathBuf,
    /// What the suite calls the reader's program: `exercise02`.
    pub exercise: String,
}

pub async fn grade(
    root: &Path,
    exercise: &Exercise,
    language: Language,
    stop: &mut Stop,
    mut tell: impl FnMut(Event),
) -> Verdict {
    let Built { suite, .. } = match build(root, exercise, language, stop, &mut tell).await {
        Ok(built) => built,
        Err(verdict) => return verdict,
    };
    let mut command = Command::new(&suite);
    command.arg("exercise");
    run(root, exercise, None, language, &mut command, stop, |line| tell(Event::Live(line))).await
}

/// Runs a lesson's suite, or `only` one of its checks, and passes the lines of its live record on, which is in this
/// language.
pub async fn run(
    root: &Path,
    exercise: &Exercise,
    only: Option<&str>,
    language: Language,
    suite: &mut Command,
    stop: &mut Stop,
    mut tell: impl FnMut(Value),
) -> Verdict {
    // The lesson's own directory, as under `cargo test`.
    suite.current_dir(exercise.file.parent().unwrap_or(root));
    suite.env("GRADER_LIVE", "1").env_remove("SUBJECT").env_remove("GRADER_RECORD");
    suite.env("GRADER_LANG", language.tag());
    let words = words::of(language);
    let mut ended = Ended::default();
    let live = |line: Value| {
        ended.take(&line);
        tell(line);
    };
    let lesson = &exercise.lesson;
    match channel::read(suite, stop, LONGEST_LINE, live).await {
        _ if *stop.borrow() => Verdict::Stopped,
        Ok(status) => match ended.is_of(only, status) {
            Ok(()) => Verdict::Graded,
            Err(why) => Verdict::Failed(words.wrongly_told(lesson, why, &status.to_string())),
        },
        Err(why) => Verdict::Failed(words.suite_does_not_start(lesson, &why.to_string())),
    }
}

/// What a suite's live record has told of its checks.
#[derive(Default)]
struct Ended {
    checks: Vec<String>,
    /// Of those that are judged, or could not be.
    ended: Vec<(String, bool)>,
}

impl Ended {
    fn take(&mut self, line: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match line["live"].as_str() {
            Some("checks") => {
                let runs = |check: &&Value| check["status"] == "waiting";
                let checks = line["checks"].as_array().into_iter().flatten().filter(runs);
                self.checks = checks.map(|check| text(&check["check"])).collect();
            }
            Some("ended") => {
                let fails = matches!(line["status"].as_str(), Some("failed" | "not judged"));
                self.ended.push((text(&line["check"]), fails));
            }
            _ => {}
        }
    }

    /// Whether each check has ended once, or `only` this one, and the suite as one does that found this.
    fn is_of(&self, only: Option<&str>, status: ExitStatus) -> Result<(), Mistold> {
        if self.ended.is_empty() {
            return Err(Mistold::Nothing);
        }
        let times = |check: &String| self.ended.iter().filter(|(name, _)| name == check).count();
        let wanted = || self.checks.iter().filter(|check| only.is_none_or(|only| *check == only));
        if !wanted().all(|check| times(check) == 1) || self.ended.len() != wanted().count() {
            return Err(Mistold::NotOnce);
        }
        let code = if self.ended.iter().any(|(_, fails)| *fails) { 101 } else { 0 };
        match status.code() == Some(code) {
            true => Ok(()),
            false => Err(Mistold::OtherEnd),
        }
    }
}

/// Builds what `cargo test -p LESSON` would.
///
/// # Errors
///
/// Why it isn't built.
pub async fn build(
    root: &Path,
    exercise: &Exercise,
    language: Language,
    stop: &mut Stop,
    tell: &mut impl FnMut(Event),
) -> Result<Built, Verdict> {
    let words = words::of(language);
    // The cargo that has started the server, if one did.
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let lesson = &exercise.lesson;
    cargo.args(["build", "--package", lesson, "--test", lesson, "--keep-going"]);
    cargo.args(["--message-format", "json"]).current_dir(root);
    let (mut suite, mut program, mut said) = (None, None, Vec::new());
    let (mut errors, mut all_errors) = (String::new(), String::new());
    let message = |line: &str| {
        let message: Value = serde_json::from_str(line).unwrap_or_default();
        let target = &message["target"];
        let is_exercise = target["src_path"]
            .as_str()
            .is_some_and(|path| is_same(Path::new(path), &exercise.file));
        match (message["reason"].as_str(), message["executable"].as_str()) {
            (Some("compiler-artifact"), Some(executable)) => {
                if is_exercise {
                    program = target["name"].as_str().map(str::to_owned);
                } else if target["kind"][0] == "test" && target["name"] == **lesson {
                    suite = Some(PathBuf::from(executable));
                }
            }
            (Some("compiler-message"), _) if message["message"]["level"] == "error" => {
                let text = message["message"]["rendered"].as_str().unwrap_or_default();
                // The last words, such as "aborting due to 2 previous errors", tell nothing new.
                let is_last = text.starts_with("error: aborting due to");
                for errors in [Some(&mut all_errors), is_exercise.then_some(&mut errors)] {
                    if let Some(errors) = errors.filter(|errors| !is_last && errors.len() < ERRORS)
                    {
                        errors.push_str(text);
                        errors.push('\n');
                    }
                }
            }
            _ => {}
        }
    };
    let progress = |line: &str| {
        let line = line.trim().to_owned();
        if said.len() < 100 {
            said.push(line.clone());
        }
        tell(Event::Building(line));
    };
    if let Err(why) = child::run(&mut cargo, stop, LONGEST_LINE, message, progress).await {
        return Err(Verdict::Failed(words.cargo_does_not_start(&why.to_string())));
    }
    if *stop.borrow() {
        return Err(Verdict::Stopped);
    }
    match (suite, program) {
        // A suite is built even when the exercise is not; what lies there then is an older one.
        (Some(suite), Some(exercise)) => Ok(Built { suite, exercise }),
        _ if !errors.is_empty() => Err(Verdict::DoesNotCompile(errors)),
        _ if !all_errors.is_empty() => Err(Verdict::DoesNotCompile(all_errors)),
        _ => Err(Verdict::Failed(words.nothing_built(&said.join("\n")))),
    }
}

/// Cargo names a file by the directory that it was started in, symbolic links and all.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}
