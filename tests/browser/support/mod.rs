//! The vocabulary of these tests.

mod chromium;
#[cfg(unix)]
pub mod live;
mod process;
mod site;
mod visit;

pub use visit::{Content, NARROW, View, Visit, WIDE};

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use harness::Trial;
use tempfile::TempDir;

use crate::faults;

/// Far longer than any single thing takes, even on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A trial of each function, under its name.
macro_rules! trials {
    ($($check:ident,)*) => {
        vec![$(crate::support::trial(stringify!($check), &crate::support::HANDS, $check)),*]
    };
}

pub(crate) use trials;

/// The program `book`, which is built first: a stale one is never judged.
pub fn executable() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let built =
            Command::new(cargo).args(["build", "--package", "book"]).current_dir(root()).status();
        assert!(built.is_ok_and(|status| status.success()), "not built: cargo build -p book");
        let program = grader::program_file("book");
        assert!(program.is_file(), "not built: cargo build -p book");
        program
    });
    &PROGRAM
}

/// The book as a static site.
pub fn static_copy() -> TempDir {
    let copy = TempDir::new().expect("a directory");
    let mut command = Command::new(executable());
    command.args(["build", "--root"]).arg(root()).arg("--dest").arg(copy.path());
    let built = command.output().expect("the server starts");
    assert!(built.status.success(), "{built:?}");
    copy
}

/// These trials, which are ignored where this is missing.
pub fn needs(what: &str, is_there: bool, trials: Vec<Trial>) -> Vec<Trial> {
    let mark = |trial: Trial| match is_there {
        true => trial,
        false => trial.with_kind(format!("needs {what}")).with_ignored_flag(true),
    };
    trials.into_iter().map(mark).collect()
}

/// Whether this system grants a network namespace.
pub fn has_namespaces() -> bool {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "true"]).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The workspace.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| grader::workspace().to_path_buf());
    &ROOT
}

pub fn trial(
    name: &str,
    shared: &'static Shared,
    check: impl FnOnce(&mut Visit) + Send + 'static,
) -> Trial {
    needs_chromium(Trial::test(name, move || {
        at(shared, check);
        Ok(())
    }))
}

pub fn needs_chromium(trial: Trial) -> Trial {
    if chromium::driver().is_some() || env::var_os("CI").is_some() {
        return trial;
    }
    trial.with_kind("needs chromium and chromedriver on PATH").with_ignored_flag(true)
}

pub type Shared = Mutex<Option<Visit>>;

/// Where every page is looked at.
pub static SURVEY: Shared = Shared::new(None);

/// Where everything else is tried, at the same time.
pub static HANDS: Shared = Shared::new(None);

/// Runs a check when the visit is free. A check that fails leaves it usable: each opens pages of its
/// own.
fn at(shared: &Shared, check: impl FnOnce(&mut Visit)) {
    let mut visit = shared.lock().unwrap_or_else(PoisonError::into_inner);
    check(visit.get_or_insert_with(|| Visit::new(faults::files())));
}

/// A static is not dropped: here the browsers and the servers end, whatever has failed.
pub fn end() {
    for visit in [&SURVEY, &HANDS] {
        drop(visit.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
    #[cfg(unix)]
    live::end();
}

// What every page must be.

#[track_caller]
pub fn nothing(wrong: impl IntoIterator<Item = String>) {
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{} times:\n    {}", wrong.len(), wrong.join("\n    "));
}
