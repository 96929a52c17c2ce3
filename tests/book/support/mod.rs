//! The vocabulary of these tests.

mod process;
pub mod recorded;
mod server;
mod small_book;
mod stream;
pub mod teller;

#[cfg(unix)]
pub use process::is_alive;
pub use process::{children, interrupt};
pub use server::{Answer, Server};
pub use small_book::{
    CLAIM, NEXT, PREDICTION, PROGRAM, SECOND, SETTINGS, SmallBook, with_a_suite, with_verdicts,
};
pub use stream::{Heard, Stream};

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use book::source::Sources;
use harness::Trial;

/// Far longer than anything here takes, even on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A trial of each function, under its name.
macro_rules! trials {
    ($($test:ident,)*) => { vec![$(crate::support::test(stringify!($test), $test)),*] };
}

pub(crate) use trials;

/// The program `book`, which cargo builds before this suite.
pub fn executable() -> PathBuf {
    let program = grader::program_file("book");
    assert!(program.is_file(), "not built: cargo build -p book");
    program
}

/// The workspace.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| grader::workspace().to_path_buf());
    &ROOT
}

/// The sources of this workspace's book.
pub fn sources() -> &'static Sources {
    static SOURCES: LazyLock<Sources> = LazyLock::new(|| match Sources::read(root()) {
        Ok(sources) => sources,
        Err(why) => panic!("{why}"),
    });
    &SOURCES
}

/// The text of all checks, but for those of the book.
pub fn suites() -> &'static str {
    static SUITES: LazyLock<String> = LazyLock::new(|| sources().suites());
    &SUITES
}

pub fn test(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        run();
        Ok(())
    })
}

// The vocabulary of these tests.

/// A run of the server to its end.
pub fn program() -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(executable());
    command.timeout(DEADLINE);
    command
}

/// All files under a directory, by their paths from there.
pub fn files_of(dir: &Path) -> BTreeSet<PathBuf> {
    fn walk(dir: &Path, base: &Path, files: &mut BTreeSet<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, base, files);
            } else {
                files.insert(path.strip_prefix(base).unwrap().to_owned());
            }
        }
    }
    let mut files = BTreeSet::new();
    walk(dir, dir, &mut files);
    files
}

#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
