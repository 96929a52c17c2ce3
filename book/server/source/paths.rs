//! Paths inside the book.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

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

/// Reads a text that belongs to the book in `root`. Nothing else is opened: a FIFO or a device
/// would keep its reader waiting, and a symbolic link can lead anywhere.
///
/// # Errors
///
/// Why there is no such text: no regular file is there, its real path is outside of the root, or
/// its bytes are not UTF-8.
pub fn text_below(root: &Path, file: &Path) -> Result<String, String> {
    regular_below(root, file)?;
    fs::read_to_string(file).map_err(|why| match why.kind() {
        ErrorKind::InvalidData => "not UTF-8 text".to_owned(),
        _ => why.to_string(),
    })
}

/// Whether a file is a regular one whose real path is below the root.
///
/// # Errors
///
/// Why not.
pub fn regular_below(root: &Path, file: &Path) -> Result<(), String> {
    match below(root, file)?.is_file() {
        true => Ok(()),
        false => Err("not a regular file".to_owned()),
    }
}

/// What there is at a path whose real path is below the root.
///
/// # Errors
///
/// Nothing is there, or it is outside of the root.
pub fn below(root: &Path, file: &Path) -> Result<fs::Metadata, String> {
    let real = |path: &Path| {
        path.canonicalize().map_err(|why| match why.kind() {
            ErrorKind::NotFound => "no such file".to_owned(),
            _ => why.to_string(),
        })
    };
    let file = real(file)?;
    if !file.starts_with(real(root)?) {
        return Err("a symbolic link that leads out of the workspace".to_owned());
    }
    fs::metadata(file).map_err(|why| why.to_string())
}

/// A temporary directory for a build. Other users of this machine can neither read nor change it, whatever
/// the umask is.
///
/// # Errors
///
/// It cannot be made.
pub fn private_dir(parent: &Path) -> io::Result<TempDir> {
    // A cleaner may have taken the parent away.
    fs::create_dir_all(parent)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("book-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    builder.tempdir_in(parent)
}
