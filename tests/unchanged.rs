//! Trials that take long need not run again while nothing that they read has changed. When all have
//! passed, a hash of the contents of all that is kept in a note; while it is the same, they are listed as
//! ignored. `FRESH=1` and `CI=1` run them all the same.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::{Arguments, Conclusion, Trial};

/// What trials read of the workspace. A reader that is given a copy of it gets no more.
pub const SOURCES: [&str; 4] = ["book.toml", "book", "lessons", "tests"];

/// And what they do not read: the exercises are their readers' own, and what cargo has built is large.
pub fn is_left_out(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    matches!(name, Some("exercise.rs" | "target"))
}

/// This workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace")
}

/// What a tool writes on its standard output; nothing if there is none.
pub fn said_by(tool: impl AsRef<OsStr>, arguments: &[&str]) -> String {
    let said = Command::new(tool).args(arguments).stderr(Stdio::null()).output();
    said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default()
}

/// What a set of trials reads.
pub struct Inputs {
    /// Files, and directories with all that is in them.
    paths: Vec<PathBuf>,
    /// What else their verdict depends on, such as the versions of tools.
    words: Vec<String>,
    /// The file in which the last success is noted.
    note: PathBuf,
}

impl Inputs {
    /// The sources of the workspace, what cargo makes of them, the reader, and this program; and, in words,
    /// what else there is.
    pub fn of(words: Vec<String>) -> Inputs {
        let own = env::current_exe().expect("this program");
        // Cargo has several of it: one for `-p book`, one for the whole workspace.
        let note = format!("{}-passed", own.file_name().expect("a name").display());
        let sources = SOURCES.iter().chain(&["Cargo.toml", "Cargo.lock"]);
        let mut paths: Vec<_> = sources.map(|name| root().join(name)).collect();
        paths.extend([env!("CARGO_BIN_EXE_book").into(), own]);
        Inputs { paths, words, note: Path::new(env!("CARGO_TARGET_TMPDIR")).join(note) }
    }

    /// Runs the trials, and one of this module, or lists them as ignored if they have passed with these inputs.
    pub fn run(&self, arguments: &Arguments, mut trials: Vec<Trial>) -> Conclusion {
        trials.push(Trial::test("what_has_changed_is_noticed", || {
            what_has_changed_is_noticed();
            Ok(())
        }));
        // One that this machine cannot run today may be one that it can run tomorrow.
        let names: Vec<_> = trials
            .iter()
            .map(|trial| format!("{} {}", trial.name(), trial.has_ignored_flag()))
            .collect();
        let to_run = trials.iter().filter(|trial| !trial.has_ignored_flag()).count() as u64;
        let hash = self.hash(&names).ok();
        let fresh = env::var_os("FRESH").is_some() || env::var_os("CI").is_some();
        if !fresh && let Some(age) = hash.and_then(|hash| self.passed(hash)) {
            let minutes = age.as_secs() / 60;
            let kind = format!("unchanged since it passed {minutes} min ago; FRESH=1 runs it");
            trials = trials
                .into_iter()
                .map(|trial| match trial.has_ignored_flag() {
                    true => trial,
                    false => trial.with_kind(&kind).with_ignored_flag(true),
                })
                .collect();
        }
        let conclusion = libtest_mimic::run(arguments, trials);
        // Of what was edited meanwhile nobody knows which version they have read.
        if let Some(hash) = hash
            && conclusion.num_passed == to_run
            && self.hash(&names).ok() == Some(hash)
        {
            // Without the note they run once more.
            let _ = self.remember(hash);
        } else if conclusion.has_failed() {
            // It fails where there is none.
            let _ = fs::remove_file(&self.note);
        }
        conclusion
    }

    fn hash(&self, names: &[String]) -> io::Result<u64> {
        let mut hasher = DefaultHasher::new();
        (&self.words, names).hash(&mut hasher);
        for path in &self.paths {
            add(path, &mut hasher)?;
        }
        Ok(hasher.finish())
    }

    /// How long ago they have passed with the same inputs.
    fn passed(&self, hash: u64) -> Option<Duration> {
        let noted = fs::read_to_string(&self.note).ok()?;
        let age = fs::metadata(&self.note).ok()?.modified().ok()?.elapsed().unwrap_or_default();
        (noted == hash.to_string()).then_some(age)
    }

    fn remember(&self, hash: u64) -> io::Result<()> {
        fs::write(&self.note, hash.to_string())
    }
}

/// Adds the name of a file and what is in it, or of a directory.
fn add(path: &Path, hasher: &mut impl Hasher) -> io::Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
        let mut paths = entries.collect::<io::Result<Vec<_>>>()?;
        paths.retain(|path| !is_left_out(path));
        paths.sort();
        paths.len().hash(hasher);
        paths.iter().try_for_each(|path| add(path, hasher))
    } else {
        fs::read(path)?.hash(hasher);
        Ok(())
    }
}

/// Every change is, and nothing else.
fn what_has_changed_is_noticed() {
    let dir = tempfile::TempDir::new().expect("a directory");
    let page = dir.path().join("book/chapters/page.md");
    fs::create_dir_all(page.parent().expect("a directory")).expect("made");
    let write = |text: &str| fs::write(&page, text).expect("written");
    write("one");
    let mut inputs = Inputs {
        paths: vec![dir.path().join("book")],
        words: vec!["a browser 1".into()],
        note: dir.path().join("note"),
    };
    let names = |ignored: bool| vec![format!("a_trial {ignored}")];
    let passed = |inputs: &Inputs| inputs.passed(inputs.hash(&names(false)).expect("a hash"));
    assert!(passed(&inputs).is_none(), "there is no note");
    inputs.remember(inputs.hash(&names(false)).expect("a hash")).expect("written");
    assert!(passed(&inputs).is_some());

    // Of the same length, and with the same time.
    let time = fs::metadata(&page).and_then(|data| data.modified()).expect("a time");
    write("two");
    let file = fs::File::options().write(true).open(&page).expect("a file");
    file.set_modified(time).expect("a time");
    assert!(passed(&inputs).is_none(), "other words");
    write("one");
    assert!(passed(&inputs).is_some(), "only the time is another");

    let other = page.with_file_name("other.md");
    fs::rename(&page, &other).expect("renamed");
    assert!(passed(&inputs).is_none(), "another name");
    fs::copy(&other, &page).expect("copied");
    assert!(passed(&inputs).is_none(), "one more page");
    fs::remove_file(other).expect("removed");
    assert!(passed(&inputs).is_some());

    fs::create_dir(page.with_file_name("target")).expect("made");
    fs::write(page.with_file_name("exercise.rs"), "of its reader").expect("written");
    assert!(passed(&inputs).is_some(), "nobody reads that");

    inputs.words = vec!["a browser 2".into()];
    assert!(passed(&inputs).is_none(), "another browser");
    inputs.words = vec!["a browser 1".into()];
    assert!(inputs.passed(inputs.hash(&names(true)).expect("a hash")).is_none(), "other trials");
    inputs.paths.push(dir.path().join("nowhere"));
    assert!(inputs.hash(&names(false)).is_err(), "what cannot be read is not known");
}
