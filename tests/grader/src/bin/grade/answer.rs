//! What lies where a learner's answer should be.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use grader::{Begun, begun, harmless, text};

use crate::exercise;

/// An answer to an exercise.
pub enum Answer {
    /// A source file.
    Rust(PathBuf),
    /// A command line, started in the learner's folder.
    Command(String, String),
    NotStarted,
    /// Something is there that is no answer: what, and why it is none. Its name comes first.
    Unusable(String),
}

/// The answer to the lesson's exercise in a learner's folder: on its own, or in a clone of this repository.
/// The first that can be graded counts.
pub fn find(folder: &Path, lesson: &str) -> Answer {
    let exercise = exercise(lesson);
    let in_clone = format!("lessons/{lesson}/exercise.rs");
    let names = [format!("{exercise}.rs"), format!("{exercise}.py"), exercise.clone(), in_clone];
    let (mut untouched, mut unusable) = (false, None);
    for name in &names {
        match answer(folder, name, &exercise) {
            Ok(None) => {}
            Ok(Some(Answer::NotStarted)) => untouched = true,
            Ok(Some(answer)) => return answer,
            Err(why) => unusable = unusable.or(Some(why)),
        }
    }
    if let Some(why) = unusable {
        return Answer::Unusable(why);
    }
    match misnamed(folder, lesson, &names).filter(|_| !untouched) {
        Some(name) => Answer::Unusable(text!(
            "{name} is not the name of an answer: those are {exercise}.rs, {exercise}.py and {exercise}",
            name = harmless(&name),
            exercise,
        )),
        None => Answer::NotStarted,
    }
}

/// The answer in this file; `None` if nothing is there.
fn answer(folder: &Path, name: &str, exercise: &str) -> Result<Option<Answer>, String> {
    let file = folder.join(name);
    let because = |why: String| Err(text!("{name} is {why}", name, why));
    match fs::symlink_metadata(&file) {
        Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(why) => return because(text!("out of reach: {why}", why)),
        Ok(_) => {}
    }
    let Ok(real) = file.canonicalize() else { return because(text!("a link that leads nowhere")) };
    // A link might lead to another learner's answer, or to the solution.
    if !folder.canonicalize().is_ok_and(|folder| real.starts_with(folder)) {
        return because(text!("a link that leads out of the learner's folder"));
    }
    match fs::metadata(&file) {
        Ok(it) if it.is_dir() => return because(text!("a folder, not a file")),
        // To open a FIFO would wait for its writer.
        Ok(it) if !it.is_file() => return because(text!("not a regular file")),
        Ok(it) if it.len() == 0 => return because(text!("empty")),
        _ => {}
    }
    if let Err(why) = File::open(&file) {
        return because(text!("not readable: {why}", why));
    }
    let its_name = name.rsplit('/').next().unwrap_or(name);
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("py") => Ok(Some(Answer::Command(format!("{} -u ", common::PYTHON), its_name.into()))),
        Some(_) => match begun(&file, exercise) {
            Begun::No => Ok(Some(Answer::NotStarted)),
            Begun::Yes => Ok(Some(Answer::Rust(file))),
            Begun::MarkerLeft => because(text!(
                "edited, but its first line is still `// NOT STARTED: …`: delete that line"
            )),
        },
        None if !is_executable(&file) => because(text!("not executable")),
        None => Ok(Some(Answer::Command("./".into(), its_name.into()))),
    }
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|it| it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

/// A file whose name looks as if it should be that of an answer: `Exercise2.rs`, `exercise_02.rs.txt`.
fn misnamed(folder: &Path, lesson: &str, names: &[String]) -> Option<String> {
    let number: u32 = lesson.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok()?;
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut files: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    files.into_iter().filter(|name| !names.contains(name)).find(|name| {
        let lower = name.to_lowercase();
        let is_word = |c: &char| c.is_alphabetic();
        let kind: String = lower.chars().take_while(is_word).collect();
        let rest = lower[kind.len()..].trim_start_matches(['_', '-', ' ', '.']);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let is_kind = ["ex", "exercise", "exercice", "excercise", "lesson", "solution", "answer"]
            .contains(&kind.as_str());
        is_kind && digits.parse() == Ok(number)
    })
}
