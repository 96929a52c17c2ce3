use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::limits::Limits;
use crate::spawn::spawn;

/// The Python on the PATH.
pub(crate) struct Python {
    /// Python itself. `python3` may be a script that looks for it at each start, which takes longer than
    /// most checks; so it is asked once.
    program: PathBuf,
    /// N of version 3.N.
    pub minor: u8,
}

/// `None` where there is no `python3`, or none that works.
pub(crate) static PYTHON: LazyLock<Option<Python>> = LazyLock::new(|| {
    let mut question = Command::new("python3");
    question.args(["-c", "import sys; print(sys.version_info[1], sys.executable)"]);
    question.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let answer = spawn(&mut question).and_then(|python| python.wait_with_output()).ok()?;
    let answer = String::from_utf8(answer.stdout).ok()?;
    let (minor, program) = answer.trim().split_once(' ')?;
    Some(Python { program: program.into(), minor: minor.parse().ok()? })
});

/// The PATH for command lines with Python in them: itself comes before a script that looks for it.
static SEARCH: LazyLock<Option<OsString>> = LazyLock::new(|| {
    let found = found_on_path("python3")?;
    let python = &PYTHON.as_ref()?.program;
    let folder = python.parent().filter(|folder| folder.join("python3").is_file())?;
    let path = std::env::var_os("PATH")?;
    let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&path));
    (found != *python).then(|| std::env::join_paths(folders).ok())?
});

/// The program that a shell would start by this name.
pub(crate) fn found_on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|program| program.is_file())
}

/// A program under test: a command line to which a check adds its arguments.
#[derive(Clone, Debug)]
pub struct Subject {
    pub name: String,
    command: Vec<OsString>,
    /// Where it is started, if not in the lesson's directory.
    directory: Option<PathBuf>,
    pub(crate) limits: Limits,
}

impl Subject {
    pub fn new(name: &str, program: impl AsRef<Path>) -> Subject {
        Subject::from_words(name, vec![program.as_ref().into()])
    }

    /// A Python program, started as `python3 FILE`; its output comes line by line.
    pub fn python(name: &str, file: impl AsRef<Path>) -> Subject {
        // Alone (-I, -S): what else is installed slows the start, and could change what is tested.
        let options = ["-I", "-S", "-X", "utf8", "-u"].map(OsString::from);
        let python = PYTHON.as_ref().map_or("python3".into(), |python| python.program.clone());
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
        Subject { name: name.into(), command, directory: None, limits: Limits::default() }
    }

    /// The same program with limits of its own.
    pub fn limited_to(self, limits: Limits) -> Subject {
        Subject { limits, ..self }
    }

    /// The same program, started by another command that takes it as its last arguments, such as
    /// `nice`, or `sh -c 'ulimit -n 32; exec "$@"' sh`.
    pub fn through(&self, starter: &[&str]) -> Subject {
        let starter = starter.iter().map(OsString::from);
        Subject { command: starter.chain(self.command.clone()).collect(), ..self.clone() }
    }

    /// The command line in the environment variable SUBJECT, whose words are separated by spaces:
    /// `SUBJECT="python3 server.py" cargo test -p lesson02` grades that program.
    pub fn from_environment() -> Option<Subject> {
        let line = std::env::var("SUBJECT").ok()?;
        let command: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        // Cargo runs this test in the lesson's directory; the words were typed in another.
        let directory = std::env::var_os("PWD").map(PathBuf::from);
        (!command.is_empty())
            .then(|| Subject { directory, ..Subject::from_words("subject", command) })
    }

    /// The program of another lesson, for checks that need it (`Needs::Lesson`). `cargo test` builds
    /// the programs of all lessons, `cargo test -p lesson01` those of one.
    pub fn of_lesson(name: &str) -> Subject {
        // This test is target/PROFILE/deps/NAME-HASH; programs are one level up.
        let test = std::env::current_exe().unwrap_or_default();
        let folder = test.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        Subject::new(name, folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
    }

    /// The program, without its arguments.
    pub fn path(&self) -> std::path::Display<'_> {
        Path::new(&self.command[0]).display()
    }

    pub(crate) fn exists(&self) -> bool {
        Path::new(&self.command[0]).is_file()
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
        let names_python = |word: &OsString| word.to_string_lossy().contains("python3");
        if self.command.iter().any(names_python)
            && let Some(path) = &*SEARCH
        {
            command.env("PATH", path);
        }
        command
    }
}
