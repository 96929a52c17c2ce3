//! Whether an exercise has been begun: its file beside the starter, of which `tests/starters` has a copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::machine::workspace;
use crate::report::{compare, overwrites};
use crate::words::suite as words;

/// The first line of an exercise that the reader has not begun.
const NOT_STARTED: &str = "// NOT STARTED: delete this line to be graded";

/// How far a learner has come with an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The file is the starter.
    No,
    /// The rest of the file is no longer the starter's, but its first line is.
    MarkerLeft,
    Yes,
}

/// How far this file, an answer to `exercise02` or the like, has come. A byte order mark and blank lines
/// before the starter's first line don't count.
pub fn begun(file: &Path, exercise: &str) -> Begun {
    let text = fs::read(file).unwrap_or_default();
    state(&String::from_utf8_lossy(&text), fs::read_to_string(starter(exercise)).ok().as_deref())
}

/// The file with a copy of the exercise's starter.
pub fn starter(exercise: &str) -> PathBuf {
    workspace().join("tests/starters").join(exercise).with_extension("rs")
}

fn state(text: &str, starter: Option<&str>) -> Begun {
    let Some(rest) = after_marker(text) else { return Begun::Yes };
    let starter = starter.and_then(after_marker);
    let as_before = starter.is_none_or(|starter| lines(rest).eq(lines(starter)));
    if rest.trim().is_empty() || as_before { Begun::No } else { Begun::MarkerLeft }
}

/// What follows the starter's first line, where that is the first line here.
fn after_marker(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    let rest = text.strip_prefix(NOT_STARTED)?;
    // The end of the line, with a space before it perhaps, or that of the file.
    let rest = rest.trim_start_matches([' ', '\t', '\r']);
    (rest.is_empty() || rest.starts_with('\n')).then_some(rest)
}

/// Demands that `tests/starters` has this untouched exercise.
pub(crate) fn is_kept(file: &Path, exercise: &str) -> Result<(), String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    compare(&starter(exercise), &text.replace("\r\n", "\n"))
}

/// What to say where the first line has been left in an exercise that has been edited.
///
/// # Errors
///
/// The message; none where the starter itself has been changed, and is recorded.
pub(crate) fn marker_left(file: &Path, exercise: &str) -> Result<(), String> {
    if overwrites() {
        return is_kept(file, exercise);
    }
    let name = file.strip_prefix(workspace()).unwrap_or(file).display();
    Err(format!("{name} {}\n{}", words::marker_left(), words::starter_changed()))
}

/// The lines without what an editor may change of them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim().lines().map(str::trim_end)
}

/// A file of the lesson that has been changed while its exercise is the untouched starter: a learner may have
/// written the answer into `solution.rs`, `src/main.rs` or a new file. Git knows; without it, the times of the
/// files must do.
pub(crate) fn changed_instead(lesson: &Path) -> Option<PathBuf> {
    let mut git = Command::new("git");
    git.args(["status", "--porcelain", "-z", "--no-renames", "--", "."]).current_dir(lesson);
    let git = git.output().ok().filter(|git| git.status.success());
    let mut changed: Vec<PathBuf> = match git {
        Some(git) => {
            let list = String::from_utf8_lossy(&git.stdout).into_owned();
            let names = list.split('\0').filter_map(|line| line.get(3..));
            names.map(|name| workspace().join(name)).collect()
        }
        None => later_than_exercise(lesson),
    };
    changed.retain(|file| file.extension().is_some_and(|ending| ending == "rs") && file.is_file());
    changed.retain(|file| !is_contributed(file.strip_prefix(lesson).unwrap_or(file), file));
    changed.sort();
    // The likeliest first: the solution is beside the exercise.
    changed.into_iter().min_by_key(|file| file.components().count())
}

/// Whether a file at this place of a lesson is none that an answer is written into: a wrong program, by its head, a
/// part that several share, or a program that rustc refuses.
fn is_contributed(place: &Path, file: &Path) -> bool {
    let is_wrong = || fs::read_to_string(file).is_ok_and(|text| text.contains("//! Instead of:"));
    let is_shared = place.components().count() > 2;
    place.starts_with("rejected") || place.starts_with("examples") && (is_shared || is_wrong())
}

fn later_than_exercise(lesson: &Path) -> Vec<PathBuf> {
    let time = |file: &Path| fs::metadata(file).and_then(|it| it.modified()).ok();
    let Some(exercise) = time(&lesson.join("exercise.rs")) else { return Vec::new() };
    let folders = [lesson.to_owned(), lesson.join("src"), lesson.join("examples")];
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    // A copy or an archive is unpacked in less.
    let later = |file: &PathBuf| {
        time(file)
            .and_then(|time| time.duration_since(exercise).ok())
            .is_some_and(|later| later > Duration::from_secs(120))
    };
    entries.map(|entry| entry.path()).filter(later).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::{Begun, NOT_STARTED, changed_instead, state};

    #[test]
    fn an_exercise_is_begun_when_its_first_line_is_gone() {
        let starter = format!("{NOT_STARTED}\nfn main() {{}}\n");
        let state = |text: &str| state(text, Some(&starter));
        for untouched in [
            NOT_STARTED,
            &starter,
            &starter.replace('\n', "\r\n"),
            &format!("\u{feff}{starter}"),
            &format!("\n \n{starter}\n"),
        ] {
            assert_eq!(state(untouched), Begun::No, "{untouched:?}");
        }
        for begun in ["", "fn main() {}\n", &format!("fn main() {{}}\n{starter}")] {
            assert_eq!(state(begun), Begun::Yes, "{begun:?}");
        }
        assert_eq!(state(&format!("{NOT_STARTED} now\n")), Begun::Yes);
        assert_eq!(state(&format!("{NOT_STARTED}\nfn main() {{ serve() }}\n")), Begun::MarkerLeft);
    }

    #[test]
    fn without_a_starter_to_compare_with_the_first_line_counts() {
        assert_eq!(state(&format!("{NOT_STARTED}\nfn main() {{ serve() }}\n"), None), Begun::No);
    }

    #[test]
    fn an_answer_may_be_in_another_file_but_not_in_a_wrong_program() {
        // Git knows no such folder.
        let lesson = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str, minutes: u64| {
            let file = lesson.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            let time = SystemTime::now() + Duration::from_secs(60 * minutes);
            fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        };
        write("exercise.rs", "", 0);
        for file in ["solution.rs", "src/main.rs", "examples/a.rs"] {
            write(file, "", 0);
        }
        let changed = |file: &str, text: &str| {
            write(file, text, 10);
            let changed = changed_instead(lesson.path());
            write(file, text, 0);
            changed.is_some_and(|changed| changed == lesson.path().join(Path::new(file)))
        };
        for file in ["solution.rs", "src/main.rs", "examples/a.rs"] {
            assert!(changed(file, "fn main() {}\n"), "{file}");
        }
        assert!(!changed("examples/a.rs", "//! Wrong.\n//!\n//! Instead of: exercise09\n"));
        assert!(!changed("examples/shared/mod.rs", ""));
        assert!(!changed("rejected/b.rs", ""));
    }
}
