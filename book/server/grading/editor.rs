//! Opens an exercise in the editor of the person who has started the server. A page names the exercise, and
//! nothing else: the program comes from the server's environment, and the path is the exercise's own.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::process::Command;

/// The variable that names an editor, whichever that is.
pub const VARIABLE: &str = "BOOK_EDITOR";

/// Programs that open a window of their own. `VISUAL` and `EDITOR` mostly name others: those want a terminal,
/// and the server's has the server in it.
const WINDOWED: &[&str] = &[
    "bbedit",
    "clion",
    "code",
    "code-insiders",
    "codium",
    "geany",
    "gedit",
    "gnome-text-editor",
    "gvim",
    "idea",
    "kate",
    "kwrite",
    "mate",
    "mousepad",
    "mvim",
    "notepad",
    "notepad++",
    "pluma",
    "rustrover",
    "subl",
    "xed",
    "zed",
];

/// What is tried when no variable names an editor.
const USUAL: &str = "code";

/// More editors than these are not open at a time, counted are those that the server has started.
const MOST: usize = 5;

/// The editor, and how many of its processes are there.
#[derive(Clone)]
pub struct Editor {
    /// The program, and what the variable has behind it. `None`: no editor is known.
    words: Option<Arc<[OsString]>>,
    open: Arc<AtomicUsize>,
}

/// Why no editor has been started.
pub enum Unopened {
    /// None is known.
    Unknown,
    TooMany,
    Failed(String),
}

impl Editor {
    /// The one that the environment of this process names.
    pub fn from_environment() -> Editor {
        Editor { words: chosen().map(Arc::from), open: Arc::default() }
    }

    /// Starts the editor with this file, and returns its name. The editor stays when the server ends.
    ///
    /// # Errors
    ///
    /// No editor is known, too many are open, or the system cannot start it.
    pub fn open(&self, file: &Path) -> Result<String, Unopened> {
        let words = self.words.as_ref().ok_or(Unopened::Unknown)?;
        let Some((program, options)) = words.split_first() else { return Err(Unopened::Unknown) };
        let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        let counted = Counted::among(&self.open).ok_or(Unopened::TooMany)?;
        let mut command = Command::new(find(program).unwrap_or_else(|| program.into()));
        command.args(options).arg(file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        env::vars_os().filter(|(name, _)| is_of_cargo(name)).for_each(|(name, _)| {
            command.env_remove(name);
        });
        detach(&mut command);
        let started = command.spawn();
        let mut child = started.map_err(|why| Unopened::Failed(format!("{name}: {why}")))?;
        tokio::spawn(async move {
            // What it ends with is the editor's own affair.
            let _ = child.wait().await;
            drop(counted);
        });
        Ok(name)
    }
}

/// The words of the editor's command line, up to the file.
fn chosen() -> Option<Vec<OsString>> {
    let given = |name| env::var_os(name).map(words).filter(|words| !words.is_empty());
    let windowed = |words: &Vec<OsString>| is_windowed(&words[0]);
    given(VARIABLE)
        .or_else(|| given("VISUAL").filter(windowed))
        .or_else(|| given("EDITOR").filter(windowed))
        .or_else(|| find(USUAL.as_ref()).map(|_| vec![USUAL.into()]))
}

/// A program's path, which may have blanks in it, or words with blanks between them. There is no shell, and no
/// quote means anything.
fn words(value: OsString) -> Vec<OsString> {
    match value.to_str() {
        Some(text) if !Path::new(text).is_file() => {
            text.split_whitespace().map(OsString::from).collect()
        }
        _ => vec![value],
    }
}

fn is_windowed(program: &OsStr) -> bool {
    let stem = Path::new(program).file_stem().and_then(OsStr::to_str);
    stem.is_some_and(|stem| WINDOWED.contains(&stem.to_ascii_lowercase().as_str()))
}

/// Where a program is. Windows adds an ending itself only to `.exe`, and many editors start by a `.cmd`.
fn find(program: &OsStr) -> Option<PathBuf> {
    let endings = if cfg!(windows) { &[".exe", ".cmd", ".bat", ""][..] } else { &[""] };
    let named = |folder: &Path| {
        endings.iter().find_map(|ending| {
            let mut name = program.to_owned();
            name.push(ending);
            Some(folder.join(name)).filter(|file| file.is_file())
        })
    };
    if Path::new(program).components().count() > 1 {
        return named(Path::new(""));
    }
    let path = env::var_os("PATH")?;
    env::split_paths(&path).filter(|folder| folder.is_absolute()).find_map(|folder| named(&folder))
}

/// What `cargo run` has set for this process and not for what a reader builds in the editor.
fn is_of_cargo(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    matches!(&*name, "CARGO" | "RUSTUP_TOOLCHAIN" | "RUST_RECURSION_COUNT")
        || name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
}

/// Ctrl-C in the server's terminal is not for the editor, which may hold what isn't saved.
#[cfg(unix)]
fn detach(command: &mut Command) {
    command.process_group(0);
}

/// CREATE_NEW_PROCESS_GROUP, and CREATE_NO_WINDOW for what starts by a `.cmd`.
#[cfg(windows)]
fn detach(command: &mut Command) {
    command.creation_flags(0x0000_0200 | 0x0800_0000);
}

#[cfg(not(any(unix, windows)))]
fn detach(_: &mut Command) {}

/// One of the editors that are open.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn among(open: &Arc<AtomicUsize>) -> Option<Counted> {
        let one_more = |count| (count < MOST).then_some(count + 1);
        open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Counted(Arc::clone(open)))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
