//! Right answers to the exercises in other languages: `lessons/lesson02/solution.py`, which people copy, and
//! the files in `tests/answers/exercise02/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::actors::Subject;
use crate::check::Needs;
use crate::machine::built;

/// A right answer in another language.
pub(crate) struct Answer {
    pub subject: Subject,
    pub needs: Needs,
    /// It is a solution that people copy: it must withstand what the solution in Rust does.
    pub is_copied: bool,
    /// The source and the program of an answer that a compiler translates.
    compiled: Option<(PathBuf, PathBuf)>,
}

impl Answer {
    /// Compiles an answer whose program is missing or older than its source.
    ///
    /// # Errors
    ///
    /// What the compiler says.
    pub fn build(&self) -> Result<(), String> {
        let Some((source, program)) = &self.compiled else { return Ok(()) };
        let changed = |file: &Path| fs::metadata(file).and_then(|it| it.modified()).ok();
        if changed(program).is_some_and(|built| Some(built) > changed(source)) {
            return Ok(());
        }
        let cannot =
            |why: &dyn std::fmt::Display| format!("cannot build {}: {why}", self.subject.name);
        fs::create_dir_all(program.parent().unwrap_or(Path::new("")))
            .map_err(|why| cannot(&why))?;
        let mut compiler = Command::new("cc");
        compiler.args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]);
        let output = compiler.arg(program).arg(source).output().map_err(|why| cannot(&why))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(cannot(&String::from_utf8_lossy(&output.stderr))),
        }
    }
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
        let mut compiled = None;
        let (needs, mut subject) = match &*ending {
            "c" => {
                let exercise = answers.file_name().unwrap_or_default().to_string_lossy();
                let stem = file.file_stem().unwrap_or_default().to_string_lossy();
                let program = built().join("answers").join(format!("{exercise}-{stem}"));
                let subject = Subject::tool(&[&program.to_string_lossy()]);
                compiled = Some((file.clone(), program));
                // What they include is POSIX's.
                (if cfg!(unix) { Needs::Program("cc") } else { Needs::Unix }, subject)
            }
            "py" => (Needs::Program("python3"), Subject::python("", &file)),
            "js" => (Needs::Program("node"), Subject::tool(&["node", &path])),
            "pl" => (Needs::Program("perl"), Subject::tool(&["perl", &path])),
            "sh" => (Needs::Program("bash"), Subject::tool(&["bash", &path])),
            _ => {
                unknown.push(format!("{}: no language has this ending", file.display()));
                continue;
            }
        };
        // Such as one that handles signals.
        let text = fs::read_to_string(&file).unwrap_or_default();
        let is_of_unix = text.lines().take(5).any(|line| line.contains("Judged only on Unix."));
        let needs = if is_of_unix && !cfg!(unix) { Needs::Unix } else { needs };
        subject.name = name;
        found.push(Answer { subject, needs, is_copied, compiled });
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

    #[test]
    fn an_answer_in_c_is_built_again_when_it_has_changed() {
        if Needs::Program("cc").missing().is_some() {
            return;
        }
        let tree = tempfile::tempdir().unwrap();
        let folder = tree.path().join("exercise09");
        fs::create_dir_all(&folder).unwrap();
        let write = |text: &str| fs::write(folder.join("poll.c"), text).unwrap();
        write("int main(void) { return 0; }\n");
        let mut answer = find(tree.path(), &folder).0.remove(0);
        assert!(
            answer.subject.command().get_program().to_string_lossy().ends_with("exercise09-poll")
        );
        let program = tree.path().join("built/poll");
        answer.compiled.as_mut().unwrap().1.clone_from(&program);
        answer.build().unwrap();
        let first = fs::metadata(&program).unwrap().modified().unwrap();
        answer.build().unwrap();
        assert_eq!(
            fs::metadata(&program).unwrap().modified().unwrap(),
            first,
            "it was built twice"
        );
        write("int main(void) { return nothing; }\n");
        let later = first + std::time::Duration::from_secs(5);
        let source = fs::File::options().write(true).open(folder.join("poll.c")).unwrap();
        source.set_modified(later).unwrap();
        let why = answer.build().unwrap_err();
        assert!(why.starts_with("cannot build poll.c: ") && why.contains("nothing"), "{why}");
    }
}
