//! Trials that take long need not run again while nothing that they read has changed. When all have
//! passed, a hash of the contents of all that is kept in a note; while it is the same, they are listed as
//! ignored. They run all the same when they are asked for by name, and with `FRESH=1` or `CI=1`.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Trial};

/// What trials read of the workspace. A reader that is given a copy of it gets no more.
pub const SOURCES: [&str; 4] = ["book.toml", "book", "lessons", "tests"];

/// And what they do not read: the exercises are their readers' own, and what cargo has built is large.
pub fn is_left_out(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    matches!(name, Some("exercise.rs" | "target"))
}

/// What a set of trials reads.
pub struct Inputs {
    /// Files, and directories with all that is in them.
    pub(crate) paths: Vec<PathBuf>,
    /// What else their verdict depends on, such as the versions of tools.
    pub(crate) words: Vec<String>,
    /// The file in which the last success is noted.
    pub(crate) note: PathBuf,
}

/// What is known before the trials run.
pub struct Before {
    inputs: Inputs,
    /// `None` if something cannot be read, or nobody asks for all of them.
    hash: Option<u64>,
    /// How the trials are listed if they need not run.
    pub unchanged: Option<&'static str>,
}

impl Inputs {
    /// The sources of the workspace, what cargo makes of them, this program and others.
    pub fn of(workspace: &Path, programs: &[&str]) -> Inputs {
        let own = env::current_exe().expect("this program");
        // Cargo has several of it: one for `-p book`, one for the whole workspace.
        let note =
            own.with_file_name(format!("{}-passed", own.file_name().expect("a name").display()));
        let sources = SOURCES.iter().chain(&["Cargo.toml", "Cargo.lock"]);
        let mut paths: Vec<_> = sources.map(|name| workspace.join(name)).collect();
        paths.push(own);
        paths.extend(programs.iter().map(PathBuf::from));
        Inputs { paths, words: Vec::new(), note }
    }

    /// Looks whether the trials of these inputs have to run. `words` asks tools, which takes a while: not where
    /// somebody has named a trial and waits for it.
    pub fn look(mut self, arguments: &Arguments, words: impl FnOnce() -> Vec<String>) -> Before {
        if are_named(arguments) {
            return Before { inputs: self, hash: None, unchanged: None };
        }
        self.words = words();
        let fresh = ["FRESH", "CI"].iter().any(|name| env::var_os(name).is_some());
        self.look_unless(fresh)
    }

    pub(crate) fn look_unless(self, fresh: bool) -> Before {
        let hash = self.hash().ok();
        let passed = hash.is_some_and(|hash| !fresh && self.passed(hash));
        let unchanged = passed.then_some("unchanged; FRESH=1 runs it");
        Before { inputs: self, hash, unchanged }
    }

    fn hash(&self) -> io::Result<u64> {
        let mut hasher = DefaultHasher::new();
        self.words.hash(&mut hasher);
        for path in &self.paths {
            add(path, &mut hasher)?;
        }
        Ok(hasher.finish())
    }

    /// Whether they have passed with the same inputs.
    fn passed(&self, hash: u64) -> bool {
        fs::read_to_string(&self.note).is_ok_and(|noted| noted == hash.to_string())
    }
}

impl Before {
    /// Lists a trial as ignored if it need not run. One that this machine cannot run keeps its own reason.
    pub fn spare(&self, trial: Trial) -> Trial {
        match self.unchanged {
            Some(kind) if !trial.has_ignored_flag() => {
                trial.with_kind(kind).with_ignored_flag(true)
            }
            _ => trial,
        }
    }

    /// Notes that all trials have passed, or forgets it if one has failed.
    pub fn note(self, all_passed: bool, one_failed: bool) {
        // Of what was edited meanwhile nobody knows which version they have read.
        if let Some(hash) = self.hash
            && all_passed
            && self.inputs.hash().ok() == Some(hash)
        {
            // Without the note they run once more.
            let _ = fs::write(&self.inputs.note, hash.to_string());
        } else if one_failed {
            // It fails where there is none.
            let _ = fs::remove_file(&self.inputs.note);
        }
    }
}

/// Whether somebody wants certain trials. A program that has them listed asks for each by its name, later.
fn are_named(arguments: &Arguments) -> bool {
    arguments.filter.is_some() || !arguments.skip.is_empty() || arguments.list
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use libtest_mimic::{Arguments, Trial};

    use super::Inputs;

    /// Inputs in a directory, with one page.
    fn inputs(dir: &Path) -> Inputs {
        let book = dir.join("book");
        fs::create_dir_all(&book).unwrap();
        fs::write(book.join("page.md"), "one").unwrap();
        Inputs { paths: vec![book], words: vec!["a browser 1".into()], note: dir.join("note") }
    }

    #[test]
    fn every_change_is_noticed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let mut inputs = inputs(dir.path());
        let page = dir.path().join("book/page.md");
        let passed = |inputs: &Inputs| inputs.passed(inputs.hash().unwrap());
        assert!(!passed(&inputs), "there is no note");
        fs::write(&inputs.note, inputs.hash().unwrap().to_string()).unwrap();
        assert!(passed(&inputs));

        // Of the same length, and with the same time.
        let time = fs::metadata(&page).unwrap().modified().unwrap();
        fs::write(&page, "two").unwrap();
        fs::File::options().write(true).open(&page).unwrap().set_modified(time).unwrap();
        assert!(!passed(&inputs), "other words");
        fs::write(&page, "one").unwrap();
        assert!(passed(&inputs), "only the time is another");

        let other = page.with_file_name("other.md");
        fs::rename(&page, &other).unwrap();
        assert!(!passed(&inputs), "another name");
        fs::copy(&other, &page).unwrap();
        assert!(!passed(&inputs), "one more page");
        fs::remove_file(other).unwrap();
        assert!(passed(&inputs));

        fs::create_dir(page.with_file_name("target")).unwrap();
        fs::write(page.with_file_name("exercise.rs"), "of its reader").unwrap();
        assert!(passed(&inputs), "nobody reads that");

        inputs.words = vec!["a browser 2".into()];
        assert!(!passed(&inputs), "another browser");
        inputs.words = vec!["a browser 1".into()];
        inputs.paths.push(dir.path().join("nowhere"));
        assert!(inputs.hash().is_err(), "what cannot be read is not known");
    }

    #[test]
    fn trials_are_spared_only_after_all_have_passed() {
        let dir = tempfile::tempdir().unwrap();
        let look = |all| inputs(dir.path()).look_unless(all);
        let is_spared = || look(false).unchanged.is_some();
        look(false).note(false, false);
        assert!(!is_spared(), "some have not run");
        look(false).note(true, false);
        assert!(is_spared());
        assert_eq!(look(true).unchanged, None);
        look(false).note(false, false);
        assert!(is_spared(), "nothing has run since");
        let spared = look(false).spare(Trial::test("one", || Ok(())));
        assert!(spared.has_ignored_flag() && spared.kind().starts_with("unchanged"));
        let missing = Trial::test("two", || Ok(())).with_kind("needs more").with_ignored_flag(true);
        assert_eq!(look(false).spare(missing).kind(), "needs more");
        look(true).note(false, true);
        assert!(!is_spared(), "one has failed");

        let before = look(false);
        fs::write(dir.path().join("book/page.md"), "edited meanwhile").unwrap();
        before.note(true, false);
        assert!(!dir.path().join("note").exists(), "nobody knows what they have read");
    }

    #[test]
    fn what_is_named_runs() {
        let are_named = |words: &[&str]| {
            super::are_named(&Arguments::from_iter([&["a suite"], words].concat()))
        };
        assert!(!are_named(&[]) && !are_named(&["--test-threads", "1"]));
        assert!(are_named(&["one"]) && are_named(&["--skip", "one"]) && are_named(&["--list"]));
    }
}
