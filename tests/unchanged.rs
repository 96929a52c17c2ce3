//! The tests of the book: all trials of a program are spared while nothing that they read has changed.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use grader::unchanged::Inputs;
use libtest_mimic::{Arguments, Conclusion, Trial};

/// This workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace")
}

/// What a tool writes on its standard output; nothing if there is none.
pub fn said_by(tool: impl AsRef<OsStr>, arguments: &[&str]) -> String {
    let said = Command::new(tool).args(arguments).stderr(Stdio::null()).output();
    said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default()
}

/// Runs the trials, or lists them as ignored if they have passed with the same sources and words.
pub fn run(
    words: impl FnOnce() -> Vec<String>,
    arguments: &Arguments,
    trials: Vec<Trial>,
) -> Conclusion {
    // One that this machine cannot run today may be one that it can run tomorrow.
    let listed =
        trials.iter().map(|trial| format!("{} {}", trial.name(), trial.has_ignored_flag()));
    let inputs = Inputs::of(root(), &[env!("CARGO_BIN_EXE_book")]);
    let before = inputs.look(arguments, || words().into_iter().chain(listed).collect());
    let to_run = trials.iter().filter(|trial| !trial.has_ignored_flag()).count() as u64;
    let trials = trials.into_iter().map(|trial| before.spare(trial)).collect();
    let conclusion = libtest_mimic::run(arguments, trials);
    before.note(conclusion.num_passed == to_run, conclusion.has_failed());
    conclusion
}
