//! Right answers to the exercises in other languages: `lessons/lesson02/solution.py`, which people copy, and
//! the files in `tests/answers/exercise02/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::actors::Subject;
use crate::check::Needs;

/// A right answer in another language.
pub(crate) struct Answer {
    pub subject: Subject,
    pub needs: Needs,
    /// It is a solution that people copy: it must withstand what the solution in Rust does.
    pub is_copied: bool,
}

/// The answers in these folders, by name.
///
/// # Errors
///
/// Names the files that no language is known for.
pub(crate) fn find(lesson: &Path, answers: &Path) -> (Vec<Answer>, Vec<String>) {
    let copied = files(lesson).into_iter().filter(|file| {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        stem.starts_with("solution") && file.extension().is_some_and(|ending| ending != "rs")
    });
    let all = copied.map(|file| (file, true));
    let all = all.chain(files(answers).into_iter().map(|file| (file, false)));
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for (file, is_copied) in all {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = file.to_string_lossy();
        let ending = file.extension().unwrap_or_default().to_string_lossy();
        let (program, mut subject) = match &*ending {
            "py" => ("python3", Subject::python("", &file)),
            "js" => ("node", Subject::tool(&["node", &path])),
            "pl" => ("perl", Subject::tool(&["perl", &path])),
            "sh" => ("bash", Subject::tool(&["bash", &path])),
            _ => {
                unknown.push(format!("{}: no language has this ending", file.display()));
                continue;
            }
        };
        subject.name = name;
        found.push(Answer { subject, needs: Needs::Program(program), is_copied });
    }
    (found, unknown)
}

/// The files of a folder, sorted; none if there's no such folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_found_by_their_ending() {
        let tree = tempfile::tempdir().unwrap();
        let (lesson, answers) = (tree.path().join("lesson09"), tree.path().join("exercise09"));
        for file in ["solution.rs", "solution.py", "original.py"] {
            fs::create_dir_all(&lesson).unwrap();
            fs::write(lesson.join(file), "").unwrap();
        }
        for file in ["net.js", "poll.f77"] {
            fs::create_dir_all(&answers).unwrap();
            fs::write(answers.join(file), "").unwrap();
        }
        let (found, unknown) = find(&lesson, &answers);
        let found: Vec<_> =
            found.iter().map(|it| (&*it.subject.name, it.needs, it.is_copied)).collect();
        let expected = [
            ("solution.py", Needs::Program("python3"), true),
            ("net.js", Needs::Program("node"), false),
        ];
        assert_eq!(found, expected);
        assert!(unknown[0].ends_with("poll.f77: no language has this ending"), "{unknown:?}");
    }
}
