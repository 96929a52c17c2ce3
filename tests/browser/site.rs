//! The book as its reader serves it, of a copy of the sources: an edit while the checks run does not
//! reload their pages.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::process::says;

/// What a reader is given of the workspace; it sees nothing else.
pub const SOURCES: [&str; 4] = ["book.toml", "book", "lessons", "tests"];

pub struct Site {
    origin: String,
    reader: Child,
    _sources: TempDir,
}

impl Site {
    /// Serves the book with these pages beside its own, each a name and its HTML.
    pub fn serve(extra: impl IntoIterator<Item = (String, String)>) -> Site {
        let sources = TempDir::new().expect("a directory");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
        for name in SOURCES {
            copy(&root.join(name), &sources.path().join(name));
        }
        for (name, html) in extra {
            fs::write(sources.path().join("book/chapters").join(name), html).expect("written");
        }
        let reader = Command::new(env!("CARGO_BIN_EXE_book"))
            .args(["--port", "0", "--root"])
            .arg(sources.path())
            .env("TMPDIR", sources.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the reader starts");
        // From here on, a panic ends the reader.
        let mut site = Site { origin: String::new(), reader, _sources: sources };
        site.origin = says(&mut site.reader, |line| {
            let address = line.strip_prefix("serving the book on ")?;
            Some(address.split(' ').next()?.to_owned())
        })
        .expect("the reader says its address");
        site
    }

    pub fn url(&self, page: &str) -> String {
        format!("{}/{page}", self.origin)
    }

    /// Whether a request stays here.
    pub fn has(&self, url: &str) -> bool {
        url.starts_with(&format!("{}/", self.origin)) || url.starts_with("data:")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.reader.kill();
        let _ = self.reader.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::copy(from, to).expect("copied");
        return;
    }
    fs::create_dir(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
