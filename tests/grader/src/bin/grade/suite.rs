use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grader::{Graded, RECORD};

use crate::build::Build;

/// The suite of one lesson: the program that `cargo test` would start.
pub struct Suite {
    pub lesson: String,
    program: PathBuf,
    /// Where cargo would start it.
    directory: PathBuf,
}

impl Suite {
    /// `None` if it, or a program that it needs, does not compile.
    pub fn of_lesson(lesson: &str, build: &Build) -> Option<Suite> {
        let (program, manifest) = build.program("test", lesson)?;
        let directory = manifest.parent()?.to_owned();
        Some(Suite { lesson: lesson.into(), program: program.into(), directory })
    }

    /// Grades the exercise of the lesson itself.
    pub fn grade_exercise(&self, json: bool) -> io::Result<Vec<Graded>> {
        let mut suite = self.command();
        // Its checks, and not what the suite proves of the untouched starter.
        suite.arg(crate::exercise(&self.lesson) + "::").env_remove("SUBJECT");
        // With JSON on stdout, what people read goes to stderr.
        if json {
            suite.stdout(io::stderr());
        }
        self.recorded(suite)
    }

    /// Grades a command line that is started in a directory.
    pub fn grade(&self, subject: &OsString, directory: &Path) -> io::Result<Vec<Graded>> {
        let mut suite = self.command();
        suite.env("SUBJECT", subject).env("PWD", directory).stdout(Stdio::null());
        // Nobody waits at the keyboard: better slow than wrong, on a machine that is busy.
        if std::env::var_os("GRADER_PATIENCE").is_none() {
            suite.env("GRADER_PATIENCE", "3");
        }
        self.recorded(suite)
    }

    /// The ids of the exercise's checks.
    pub fn checks(&self) -> io::Result<Vec<String>> {
        let output = self.command().env("SUBJECT", "nothing").arg("--list").output()?;
        let list = String::from_utf8_lossy(&output.stdout);
        let check =
            |line: &str| Some(line.strip_prefix("subject::")?.split_once(": ")?.0.to_owned());
        Ok(list.lines().filter_map(check).collect())
    }

    fn command(&self) -> Command {
        let mut suite = Command::new(&self.program);
        suite.current_dir(&self.directory).stdin(Stdio::null());
        suite
    }

    /// Runs the suite and reads the record that it leaves.
    fn recorded(&self, mut suite: Command) -> io::Result<Vec<Graded>> {
        let folder = tempfile::tempdir()?;
        let record = folder.path().join("record");
        let status = suite.env(RECORD, &record).status()?;
        let record = fs::read_to_string(&record).unwrap_or_default();
        let results: Vec<Graded> = record.lines().filter_map(Graded::from_json).collect();
        match results.is_empty() {
            true => Err(io::Error::other(format!(
                "the suite of {} left no record ({status})",
                self.lesson
            ))),
            false => Ok(results),
        }
    }
}
