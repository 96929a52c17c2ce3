//! Paths inside the book.

use std::path::{Component, Path, PathBuf};

/// A relative path without `.` and `..`; `None` when it leads out of where it starts.
pub fn normal(path: &Path) -> Option<PathBuf> {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => result.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !result.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(result)
}

/// A path with `/` between its parts on every system.
pub fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The page that mdBook makes of a chapter.
pub fn page(chapter: &Path) -> PathBuf {
    match chapter.file_stem() {
        Some(stem) if stem.eq_ignore_ascii_case("readme") => chapter.with_file_name("index.html"),
        _ => chapter.with_extension("html"),
    }
}
