//! The exercises that the book's chapters list, and what their files tell.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Sources;
use super::include::Directive;
use super::paths;

/// The starter's first line, as the grader knows it (`tests/grader/src/exercise.rs`).
const NOT_STARTED: &[u8] = b"// NOT STARTED: delete this line to be graded";

pub struct Exercise {
    pub lesson: String,
    /// The chapter that sets it.
    pub page: String,
    /// The reader's file, as people name it: from the root.
    pub name: String,
    pub file: PathBuf,
}

/// What tells one version of a file from another.
pub type Stamp = Option<(SystemTime, u64)>;

impl Exercise {
    /// A chapter has an exercise if it includes a list of its checks, `checks/lesson02.html`.
    pub fn all(sources: &Sources) -> Vec<Exercise> {
        let mut exercises = Vec::new();
        for (chapter, _) in &sources.listed {
            let text = sources.chapters.get(chapter).map_or("", String::as_str);
            for directive in Directive::all(text) {
                let lesson = directive
                    .path
                    .strip_prefix("checks/")
                    .and_then(|file| file.strip_suffix(".html"));
                // Its name becomes a part of paths and of command lines.
                let Some(lesson) = lesson.filter(|lesson| is_plain(lesson)) else { continue };
                let name = format!("lessons/{lesson}/exercise.rs");
                exercises.push(Exercise {
                    lesson: lesson.to_owned(),
                    page: paths::slashed(&paths::page(chapter)),
                    file: sources.root.join(&name),
                    name,
                });
            }
        }
        exercises.sort_by(|a, b| a.lesson.cmp(&b.lesson));
        exercises.dedup_by(|a, b| a.lesson == b.lesson);
        exercises
    }

    pub fn stamp(&self) -> Stamp {
        let metadata = fs::metadata(&self.file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// Whether the first line of the file is no longer the starter's.
    pub fn is_begun(&self) -> bool {
        first_line(&self.file).is_some_and(|line| line.trim_ascii_end() != NOT_STARTED)
    }
}

/// The first line that is not blank, without a byte order mark.
fn first_line(file: &Path) -> Option<Vec<u8>> {
    if !fs::metadata(file).ok()?.is_file() {
        return None;
    }
    let lines = BufReader::new(fs::File::open(file).ok()?.take(1000)).split(b'\n');
    let lines = lines.map_while(Result::ok);
    let mut lines = lines.map(|line| line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).to_vec());
    Some(lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default())
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
