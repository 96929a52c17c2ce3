//! The exercises that the book's chapters list, and what their files tell.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Sources;
use super::html;
use super::include::Directive;
use super::paths;

/// The starter's first line, as the grader knows it (`tests/grader/src/exercise.rs`).
const NOT_STARTED: &[u8] = b"// NOT STARTED: delete this line to be graded";

#[derive(Clone)]
pub struct Exercise {
    pub lesson: String,
    /// The chapter that sets it.
    pub page: String,
    /// The reader's file, as people name it: from the root.
    pub name: String,
    pub file: PathBuf,
    /// The chapter's list of its checks.
    list: PathBuf,
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
                    list: sources.root.join(&sources.config.book.src).join(directive.path),
                });
            }
        }
        exercises.sort_by(|a, b| a.lesson.cmp(&b.lesson));
        exercises.dedup_by(|a, b| a.lesson == b.lesson);
        exercises
    }

    /// Whether the chapter lists a check of this name.
    pub fn lists(&self, root: &Path, check: &str) -> bool {
        let list = paths::text_below(root, &self.list).unwrap_or_default();
        html::tags(&list).iter().any(|tag| tag.value("data-check") == Some(check))
    }

    pub fn stamp(&self) -> Stamp {
        let metadata = fs::metadata(&self.file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// Whether the first line of the file is no longer the starter's. A byte order mark and blank lines
    /// before it don't count, as for the grader (`tests/grader/src/suite/starter.rs`).
    pub fn is_begun(&self) -> bool {
        start(&self.file).is_some_and(|start| {
            let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&start);
            let line = start.trim_ascii_start().split(|&byte| byte == b'\n').next();
            line.is_none_or(|line| line.trim_ascii_end() != NOT_STARTED)
        })
    }
}

/// Enough of a regular file to know its first line.
fn start(file: &Path) -> Option<Vec<u8>> {
    if !fs::metadata(file).ok()?.is_file() {
        return None;
    }
    let mut start = Vec::new();
    fs::File::open(file).ok()?.take(1000).read_to_end(&mut start).ok()?;
    Some(start)
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
