use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::places::found_on_path;
use super::spawn::spawn;

/// The Python on the PATH.
pub(crate) struct Python {
    /// Python itself. `python3` may be a script that looks for it at each start, which takes longer than
    /// most checks; so it is asked once.
    pub program: PathBuf,
    /// N of version 3.N.
    pub minor: u8,
}

/// `None` where there is no Python 3, or none that works.
pub(crate) static PYTHON: LazyLock<Option<Python>> = LazyLock::new(|| {
    let mut question = Command::new(common::PYTHON);
    question.args(["-c", "import sys; print(*sys.version_info[:2], sys.executable)"]);
    question.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let answer = spawn(&mut question).and_then(|python| python.wait_with_output()).ok()?;
    let answer = String::from_utf8(answer.stdout).ok()?;
    let (minor, program) = answer.trim().strip_prefix("3 ")?.split_once(' ')?;
    Some(Python { program: program.into(), minor: minor.parse().ok()? })
});

/// The PATH for command lines with Python in them: Python itself comes before a script that looks for it.
pub(crate) static SEARCH: LazyLock<Option<OsString>> = LazyLock::new(|| {
    let found = found_on_path(common::PYTHON)?;
    let python = &PYTHON.as_ref()?.program;
    let folder = python.parent().filter(|folder| folder.join(common::PYTHON).is_file())?;
    let path = std::env::var_os("PATH")?;
    let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&path));
    (found != *python).then(|| std::env::join_paths(folders).ok())?
});
