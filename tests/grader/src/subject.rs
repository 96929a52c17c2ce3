use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::limits::Limits;
use crate::spawn::spawn;
use crate::workspace::program_file;

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

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::spawn::said_with;

    fn words(command: &Command) -> Vec<&str> {
        let words = [command.get_program()].into_iter().chain(command.get_args());
        words.map(|word| word.to_str().unwrap()).collect()
    }

    #[test]
    fn a_command_line_is_put_together() {
        let nc = Subject::tool(&["nc", "-N"]);
        assert_eq!((&*nc.name, words(&nc.command())), ("nc", vec!["nc", "-N"]));
        let nice = nc.through(&["nice", "-n", "5"]);
        assert_eq!(
            (&*nice.name, words(&nice.command())),
            ("nc", vec!["nice", "-n", "5", "nc", "-N"])
        );
        let program = Subject::new("server", "/x/server");
        assert_eq!((&*program.name, words(&program.command())), ("server", vec!["/x/server"]));
        assert_eq!(program.path().to_string(), "/x/server");
        let python = Subject::python("server", "server.py").command();
        assert_eq!(words(&python)[1..], ["-I", "-S", "-X", "utf8", "-u", "server.py"]);
        let limits = Limits { processes: 3, ..Limits::default() };
        assert_eq!(nc.limited_to(limits).limits.processes, 3);
    }

    #[test]
    fn the_program_of_a_lesson_lies_beside_this_test() {
        let this = std::env::current_exe().unwrap();
        assert!(Subject::new("this", &this).exists());
        let lesson = Subject::built("lesson99");
        assert!(!lesson.exists());
        let folder = this.parent().and_then(Path::parent).unwrap();
        let program = format!("lesson99{}", std::env::consts::EXE_SUFFIX);
        assert_eq!(lesson.path().to_string(), folder.join(program).to_str().unwrap());
    }

    #[test]
    fn what_is_on_the_path_is_found() {
        assert!(found_on_path("cargo").is_some_and(|cargo| cargo.is_file()));
        assert_eq!(found_on_path("no-such-tool"), None);
    }

    #[test]
    fn all_output_is_plain_and_in_one_language() {
        let command = Subject::tool(&["nc"]).command();
        let variable = |name: &str| {
            let (_, value) = command.get_envs().find(|(variable, _)| *variable == name)?;
            value.and_then(OsStr::to_str)
        };
        let wanted = ["NO_COLOR", "PYTHONUTF8", "LC_ALL"].map(variable);
        assert_eq!(wanted, [Some("1"), Some("1"), Some("C.UTF-8")]);
        assert!(command.get_envs().any(|one| one == (OsStr::new("RUST_BACKTRACE"), None)));
        assert_eq!(variable("PATH"), None);
    }

    /// Where `python3` is a script that looks for it, it is found without the script.
    #[test]
    fn python_is_first_on_the_path_for_python() {
        let path = |subject: Subject| {
            let command = subject.command();
            let (_, path) = command.get_envs().find(|(variable, _)| *variable == "PATH")?;
            std::env::split_paths(path?).next()
        };
        let first = path(Subject::tool(&["nice", "python3", "server.py"]));
        let Some(python) = &*PYTHON else { return };
        let is_itself = found_on_path("python3").is_some_and(|found| found == python.program);
        let folder = python.program.parent().filter(|folder| folder.join("python3").is_file());
        assert_eq!(first.as_deref(), folder.filter(|_| !is_itself));
    }

    /// Run by the other test.
    #[test]
    fn from_environment() {
        let subject = Subject::from_environment();
        let told = subject.map(|subject| {
            let command = subject.command();
            format!("{} in {:?}", words(&command).join("+"), command.get_current_dir())
        });
        println!("the subject is {told:?}.");
    }

    #[test]
    fn the_reader_names_a_command_line() {
        let said = |line| said_with("SUBJECT", line, "subject::tests::from_environment");
        let folder = std::env::var_os("PWD").map(PathBuf::from);
        let expected = format!("{} in {:?}", "nc+-l+4000", folder.as_deref());
        assert!(said(" nc  -l 4000").contains(&format!("the subject is {:?}.", Some(expected))));
        assert!(said(" ").contains("the subject is None."));
    }
}
