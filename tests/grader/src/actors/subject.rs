use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine::{PYTHON, Quota, SEARCH, program_file};
use crate::words::suite as words;

/// The variable with the command line of a learner's own program.
const SUBJECT: &str = "SUBJECT";

/// A program under test: a command line to which a check adds its arguments.
#[derive(Clone, Debug)]
pub struct Subject {
    pub name: String,
    command: Vec<OsString>,
    /// Where it is started, if not in the lesson's directory.
    directory: Option<PathBuf>,
    /// What a check sets in its environment, or takes out of it.
    variables: Vec<(String, Option<OsString>)>,
    pub(crate) quota: Quota,
    pub(crate) unread: Option<Unread>,
}

/// What of a program's output isn't read: its writes fail, as into a pipe whose reader has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Standard output, after its first line.
    Out,
    /// Standard error.
    Err,
}

impl Subject {
    pub fn new(name: &str, program: impl AsRef<Path>) -> Subject {
        Subject::from_words(name, vec![program.as_ref().into()])
    }

    /// A Python program, started as `python3 FILE`; its output comes line by line.
    pub fn python(name: &str, file: impl AsRef<Path>) -> Subject {
        // Alone (-I, -S): what else is installed slows the start, and could change what is tested.
        let options = ["-I", "-S", "-X", "utf8", "-u"].map(OsString::from);
        let python = PYTHON.as_ref().map_or(common::PYTHON.into(), |python| python.program.clone());
        let mut command = vec![python.into_os_string()];
        command.extend(options);
        command.push(file.as_ref().into());
        Subject::from_words(name, command)
    }

    /// A program from the PATH with its first arguments, such as `nc -N`.
    pub fn tool(command: &[&str]) -> Subject {
        Subject::from_words(command[0], command.iter().map(OsString::from).collect())
    }

    fn from_words(name: &str, command: Vec<OsString>) -> Subject {
        let (directory, quota, unread) = (None, Quota::default(), None);
        Subject { name: name.into(), command, directory, variables: Vec::new(), quota, unread }
    }

    /// The same program with a quota of its own.
    pub fn with_quota(self, quota: Quota) -> Subject {
        Subject { quota, ..self }
    }

    /// The same program, started by another command that takes it as its last arguments, such as
    /// `nice`, or `sh -c 'ulimit -n 32; exec "$@"' sh`.
    pub fn through(&self, starter: &[&str]) -> Subject {
        let starter = starter.iter().map(OsString::from);
        Subject { command: starter.chain(self.command.clone()).collect(), ..self.clone() }
    }

    /// The same program with a variable in its environment.
    pub fn with_variable(mut self, name: &str, value: impl Into<OsString>) -> Subject {
        self.variables.push((name.into(), Some(value.into())));
        self
    }

    /// The same program without this variable.
    pub fn without_variable(mut self, name: &str) -> Subject {
        self.variables.push((name.into(), None));
        self
    }

    /// The same program, started in this folder.
    pub fn in_folder(self, folder: impl Into<PathBuf>) -> Subject {
        Subject { directory: Some(folder.into()), ..self }
    }

    /// The command line in the environment variable SUBJECT, which is split into words as a shell does it:
    /// `SUBJECT="python3 'my server.py'" cargo test -p lesson02` grades that program.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the command line.
    pub fn from_environment() -> Result<Option<Subject>, String> {
        let Ok(line) = std::env::var(SUBJECT) else { return Ok(None) };
        // In a path of Windows, a backslash escapes nothing.
        let line = if cfg!(windows) { line.replace('\\', r"\\") } else { line };
        let command = shlex::split(&line).ok_or(words::quote_not_closed())?;
        let command: Vec<OsString> = command.into_iter().map(OsString::from).collect();
        // Cargo runs this test in the lesson's directory; the words were typed in another.
        let directory = std::env::var_os("PWD").map(PathBuf::from);
        let subject = || Subject { directory, ..Subject::from_words("subject", command.clone()) };
        Ok((!command.is_empty()).then(subject))
    }

    /// A program that cargo builds together with the suite: of the lesson that is tested or, with
    /// [`Needs::Lesson`](crate::Needs::Lesson), of another. `cargo test` builds those of all lessons,
    /// `cargo test -p lesson01` those of one.
    pub fn built(name: &str) -> Subject {
        Subject::new(name, program_file(name))
    }

    /// The program, without its arguments.
    pub fn path(&self) -> std::path::Display<'_> {
        Path::new(&self.command[0]).display()
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        // The output is compared and shown to people: without colours, in the suite's language.
        command.env("NO_COLOR", "1").env("PYTHONUTF8", "1").env("LC_ALL", "C.UTF-8");
        command.env_remove("RUST_BACKTRACE");
        // A program is told nothing of how it is graded: not the seed, for one.
        for (name, _) in std::env::vars_os() {
            if name == SUBJECT || name.as_encoded_bytes().starts_with(b"GRADER_") {
                command.env_remove(name);
            }
        }
        let names_python = |word: &OsString| word.to_string_lossy().contains("python3");
        if self.command.iter().any(names_python)
            && let Some(path) = &*SEARCH
        {
            command.env("PATH", path);
        }
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}
