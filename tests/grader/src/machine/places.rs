//! Where the workspace and its programs are. Nothing of it is compiled in: a tree that is moved or copied
//! finds itself.

use std::path::{Path, PathBuf};

/// The folder of the workspace: the one above this program, or else above the current folder.
///
/// # Panics
///
/// Where neither is within the workspace.
pub fn workspace() -> PathBuf {
    let above =
        |folder: PathBuf| folder.ancestors().find(|it| is_workspace(it)).map(Path::to_owned);
    let of_program = || above(std::env::current_exe().ok()?);
    let of_directory = || above(std::env::current_dir().ok()?);
    of_program().or_else(of_directory).expect("this program runs within the workspace")
}

fn is_workspace(folder: &Path) -> bool {
    ["Cargo.lock", "book.toml", "lessons"].iter().all(|name| folder.join(name).exists())
}

/// The program of a lesson, built or not.
pub(crate) fn program_of_lesson(name: &str) -> PathBuf {
    // A suite is target/PROFILE/deps/NAME-HASH; programs are one level up.
    let suite = std::env::current_exe().unwrap_or_default();
    let folder = suite.parent().and_then(Path::parent).unwrap_or(Path::new(""));
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The program that a shell would start by this name.
pub(crate) fn found_on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|program| program.is_file())
}
