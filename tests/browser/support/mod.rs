//! The vocabulary of these tests.

// Programs run on a page only on Unix (see `main.rs`), and what only they need is of no use elsewhere.
#![cfg_attr(not(unix), allow(dead_code))]

mod chromium;
#[cfg(unix)]
pub mod live;
mod process;
mod site;
mod visit;

pub use visit::{Content, NARROW, View, Visit, WIDE, strings};

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use harness::{Pool, Trial};
use tempfile::TempDir;

use crate::faults;

/// Far longer than any single thing takes, even on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(120);

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
    visits: &'static Visits,
    check: impl FnOnce(&mut Visit) + Send + 'static,
) -> Trial {
    needs_chromium(Trial::test(name, move || {
        check(&mut visits.take(|| Visit::new(faults::files())));
        Ok(())
    }))
}

pub fn needs_chromium(trial: Trial) -> Trial {
    if chromium::driver().is_some() || env::var_os("CI").is_some() {
        return trial;
    }
    trial.with_kind("needs chromium and chromedriver on PATH").with_ignored_flag(true)
}

/// Browsers with the book in them. Each check opens pages of its own.
pub type Visits = Pool<Visit>;

/// Where every page is looked at, once.
pub static SURVEY: Visits = Pool::of(1);

/// Where everything else is tried, at the same time.
pub static HANDS: Visits = Pool::of(2);

/// Here the browsers and the servers end, whatever has failed.
pub fn end() {
    SURVEY.clear();
    HANDS.clear();
    #[cfg(unix)]
    live::end();
}

// What every page must be.

#[track_caller]
pub fn nothing(wrong: impl IntoIterator<Item = String>) {
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{} times:\n    {}", wrong.len(), wrong.join("\n    "));
}
