//! Watching the sources: a build for every change that the book shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, SystemTime};

use catalog::Language;
use common::{Failure, complain};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::render::translate;
use crate::source::{Sources, paths};

/// An editor writes a file in several steps: a change is over when nothing happens for this long.
const QUIET: Duration = Duration::from_millis(50);

/// How often files are looked at without an event: on a network drive, from Windows into WSL, or into a
/// container, a save may cause none.
const POLL: Duration = Duration::from_secs(2);

/// Tells when something in the watched directories was written, or may have been.
pub struct Watch {
    /// Watches until it is dropped; `None` where the system refuses.
    _watcher: Option<RecommendedWatcher>,
    events: Receiver<Wake>,
}

pub enum Wake {
    Changed,
    Stop,
}

/// Makes [`Watch::wait`] return for good.
pub type Stopper = mpsc::Sender<Wake>;

impl Watch {
    /// Watches `book.toml`, the chapters, the theme, and the directories that `extra-watch-dirs`
    /// names. Where the system refuses, a change is seen a moment later.
    pub fn start(sources: &Sources) -> (Watch, Stopper) {
        let (sender, events) = mpsc::channel();
        let stopper = sender.clone();
        let watcher = watcher(sources, sender);
        if let Err(why) = &watcher {
            let mut advice = format!("they are looked at every {} s", POLL.as_secs());
            if let Some(limit) = limit(why) {
                advice += &format!("; the limit is {limit}");
            }
            complain(&Failure::new("cannot watch the book's sources", why).advise(advice));
        }
        (Watch { _watcher: watcher.ok(), events }, stopper)
    }

    /// Waits until something was written, or it is time to look; `false` when there is nothing more to
    /// wait for.
    pub fn wait(&self) -> bool {
        let mut wake = match self.events.recv_timeout(POLL) {
            Ok(wake) => Some(wake),
            Err(mpsc::RecvTimeoutError::Timeout) => return true,
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
        };
        while let Some(Wake::Changed) = wake {
            match self.events.recv_timeout(QUIET) {
                Ok(next) => wake = Some(next),
                Err(mpsc::RecvTimeoutError::Timeout) => return true,
                Err(mpsc::RecvTimeoutError::Disconnected) => return false,
            }
        }
        false
    }
}

/// The limit of Linux that this error is about (inotify_init(2), inotify_add_watch(2)).
fn limit(why: &notify::Error) -> Option<&'static str> {
    // EMFILE, on every Linux.
    const TOO_MANY_OPEN_FILES: i32 = 24;
    match &why.kind {
        notify::ErrorKind::MaxFilesWatch => Some("fs.inotify.max_user_watches"),
        notify::ErrorKind::Io(why) if why.raw_os_error() == Some(TOO_MANY_OPEN_FILES) => {
            Some("fs.inotify.max_user_instances, or this terminal's own (`ulimit -n`)")
        }
        _ => None,
    }
}

fn watcher(sources: &Sources, sender: Sender<Wake>) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading is an event too, and a build reads all sources.
        if !event.is_ok_and(|event| event.kind.is_access()) {
            // It fails when the server stops.
            let _ = sender.send(Wake::Changed);
        }
    })?;
    // The directory, not the file: an editor may put a new file in the place of the old one.
    watcher.watch(&sources.root, RecursiveMode::NonRecursive)?;
    for dir in watched_dirs(sources).iter().filter(|dir| dir.is_dir()) {
        watcher.watch(dir, RecursiveMode::Recursive)?;
    }
    Ok(watcher)
}

fn watched_dirs(sources: &Sources) -> Vec<PathBuf> {
    let mut dirs = shown_dirs(sources);
    dirs.extend(messages(sources).filter_map(|file| Some(file.parent()?.to_owned())));
    dirs.extend(sources.config.build.extra_watch_dirs.iter().map(|dir| sources.root.join(dir)));
    dirs
}

/// The files with the messages of each other language.
fn messages(sources: &Sources) -> impl Iterator<Item = PathBuf> {
    let languages = Language::ALL.into_iter().filter(|one| *one != Language::English);
    languages.flat_map(translate::files).map(|file| sources.root.join(file))
}

/// The directories whose files are all in the book.
fn shown_dirs(sources: &Sources) -> Vec<PathBuf> {
    let theme = sources.config.html_config().unwrap_or_default().theme_dir(&sources.root);
    vec![sources.root.join(&sources.config.book.src), theme]
}

/// The files that make the book, with what tells one version of a file from another.
///
/// Events only wake: what changed is seen here, whatever an editor or a system makes of a change.
pub struct Shown {
    root: PathBuf,
    dirs: Vec<PathBuf>,
    files: BTreeSet<PathBuf>,
    stamps: Stamps,
}

type Stamps = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

impl Shown {
    pub fn by(sources: &Sources) -> Shown {
        let mut files: BTreeSet<_> =
            sources.included().iter().map(|file| sources.root.join(file)).collect();
        files.insert(sources.root.join("book.toml"));
        files.extend(messages(sources));
        let mut shown = Shown {
            root: sources.root.clone(),
            dirs: shown_dirs(sources),
            files,
            stamps: Stamps::new(),
        };
        shown.stamps = shown.look();
        shown
    }

    /// Takes up what these sources show now, and keeps what was seen of their files before they
    /// were read.
    pub fn follow(&mut self, sources: &Sources) {
        let seen = std::mem::take(&mut self.stamps);
        *self = Shown::by(sources);
        self.stamps.extend(seen);
        let (dirs, files) = (&self.dirs, &self.files);
        self.stamps
            .retain(|file, _| files.contains(file) || dirs.iter().any(|dir| file.starts_with(dir)));
    }

    /// The files that differ from what was last seen, as people name them.
    pub fn changed(&mut self) -> Vec<String> {
        let now = self.look();
        let then = std::mem::replace(&mut self.stamps, now);
        let files: BTreeSet<_> = then.keys().chain(self.stamps.keys()).collect();
        files
            .into_iter()
            .filter(|file| then.get(*file) != self.stamps.get(*file))
            .map(|file| paths::slashed(file.strip_prefix(&self.root).unwrap_or(file)))
            .collect()
    }

    fn look(&self) -> Stamps {
        let mut stamps: Stamps =
            self.files.iter().map(|file| (file.clone(), stamp(file))).collect();
        for dir in &self.dirs {
            look_into(dir, &mut stamps);
        }
        stamps
    }
}

fn look_into(dir: &Path, stamps: &mut Stamps) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            look_into(&path, stamps);
        } else {
            let stamp = stamp(&path);
            stamps.insert(path, stamp);
        }
    }
}

fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
