//! The book as its server shows it, of a copy of the sources: an edit while the checks run does not reload
//! their pages.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use tempfile::TempDir;

use super::process::{children, says};
use super::{DEADLINE, executable, root};

/// What the book is made of.
const SOURCES: [&str; 4] = ["book.toml", "book", "lessons", "tests"];

/// And what it is not made of: a reader's own exercises, and what cargo has built, which is large. The suites of
/// the exercises have the same name, and are the book's: it names checks of theirs.
fn is_left_out(path: &Path) -> bool {
    let is_of_lessons = path.starts_with(root().join("lessons"));
    path.ends_with("target") || (is_of_lessons && path.ends_with("exercise.rs"))
}

pub struct Site {
    origin: String,
    server: Child,
    environment: Vec<(&'static str, OsString)>,
    sources: Arc<TempDir>,
    /// What else it was started with.
    option: Option<&'static str>,
}

impl Site {
    /// Serves the book with these pages beside its own, each a name and its HTML.
    pub fn serve(extra: impl IntoIterator<Item = (String, String)>) -> Site {
        let sources = copied();
        for (name, html) in extra {
            fs::write(sources.path().join("book/chapters").join(name), html).expect("written");
        }
        Site::of(sources, Vec::new())
    }

    /// Serves the book of a directory, by a server with this in its environment.
    pub fn of(sources: TempDir, environment: Vec<(&'static str, OsString)>) -> Site {
        Site::started(Arc::new(sources), environment, None)
    }

    /// Serves the same once more, by a server with this option.
    pub fn again(&self, option: &'static str) -> Site {
        Site::started(Arc::clone(&self.sources), self.environment.clone(), Some(option))
    }

    fn started(
        sources: Arc<TempDir>,
        environment: Vec<(&'static str, OsString)>,
        option: Option<&'static str>,
    ) -> Site {
        let server = start(sources.path(), "0", &environment, option);
        // From here on, a panic ends the server.
        let mut site = Site { origin: String::new(), server, environment, sources, option };
        site.origin = site.address().expect("the server says its address");
        site
    }

    /// Ends the server and starts another one at the same address.
    pub fn restart(&mut self) {
        let (_, port) = self.origin.rsplit_once(':').expect("a port");
        let port = port.to_owned();
        self.end();
        let deadline = Instant::now() + DEADLINE;
        // For a moment the port may be a client's, somewhere on this machine.
        loop {
            self.server = start(self.sources.path(), &port, &self.environment, self.option);
            match self.address() {
                Ok(address) => return assert_eq!(address, self.origin),
                Err(_) if Instant::now() < deadline => self.end(),
                Err(why) => panic!("the server does not come back: {why}"),
            }
        }
    }

    fn address(&mut self) -> Result<String, impl std::error::Error + use<>> {
        says(&mut self.server, |line| {
            let address = line.strip_prefix("serving the book on ")?;
            Some(address.split(' ').next()?.to_owned())
        })
    }

    pub fn url(&self, page: &str) -> String {
        format!("{}/{page}", self.origin)
    }

    /// A file of the sources.
    pub fn file(&self, name: &str) -> PathBuf {
        self.sources.path().join(name)
    }

    /// Whether a request stays here.
    pub fn has(&self, url: &str) -> bool {
        url.starts_with(&format!("{}/", self.origin)) || url.starts_with("data:")
    }

    /// How many children the server has, where the system tells.
    pub fn children(&self) -> usize {
        children(self.server.id())
    }

    fn end(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.end();
    }
}

fn start(
    sources: &Path,
    port: &str,
    environment: &[(&'static str, OsString)],
    option: Option<&str>,
) -> Child {
    Command::new(executable())
        .args(["--port", port, "--root"])
        .arg(sources)
        .args(option)
        .env("TMPDIR", sources)
        .env("GRADER_LANG", "en")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts")
}

/// A copy of what the book is made of.
pub fn copied() -> TempDir {
    let sources = TempDir::new().expect("a directory");
    for name in SOURCES {
        copy(&root().join(name), &sources.path().join(name));
    }
    sources
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::copy(from, to).expect("copied");
        return;
    }
    fs::create_dir(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        if is_left_out(&entry.path()) {
            continue;
        }
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
