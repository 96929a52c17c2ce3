//! Wrong programs: one file each in a lesson's `examples/`. The head of the file says what is wrong with
//! the program, and which checks it fails:
//!
//! ```text
//! //! One read is taken for the whole request (C9).
//! //!
//! //! Instead of: exercise02
//! //! Fails: reads_the_whole_request, answers_a_long_request
//! ```
//!
//! The program is judged on all checks of what it takes the place of, and must fail exactly those of the
//! list. `Judged on: CHECKS` narrows that down for a program that has only one mode of the lesson's, and
//! `Judged only on these.` to the list itself. A check of robustness or of a mode is judged where the list
//! names it. A program that is wrong in two places has an `Instead of:` for each. `Judged only on Unix.` is for
//! what another system doesn't let the program do, or does in another way, and `Judged only on Linux.` for what can't
//! be seen elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use harness::Failed;

use crate::actors::{Check, Run, Subject};
use crate::check::{Broken, Needs, Outcome};
use crate::machine::{built, graded, lesson_folder as lesson, program_file, workspace};
use crate::report::overwrites;
use crate::suite::judge::{exactly, failed};

/// A program that must fail some of the checks that it's judged on.
#[derive(Clone)]
pub(crate) struct WrongProgram {
    pub name: String,
    file: PathBuf,
    pub roles: Vec<Role>,
}

/// What a wrong program takes the place of, and what it fails there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Role {
    /// `lesson02` or `exercise02`.
    pub instead_of: String,
    pub fails: Vec<String>,
    /// All of the lesson's or the exercise's checks, if the head doesn't narrow it down.
    pub judged_on: Option<Vec<String>>,
    /// The only systems on which it can be told from a right one.
    pub only_on: Option<Needs>,
}

/// The checks on which a program in one role is judged.
#[derive(Clone, Default)]
pub(crate) struct Judges {
    /// On which every program in this role is judged.
    pub all: Vec<Check>,
    /// On which only those are judged that name them.
    pub named: Vec<Check>,
}

impl Judges {
    pub fn iter(&self) -> impl Iterator<Item = &Check> + Clone {
        self.all.iter().chain(&self.named)
    }
}

/// The wrong programs of a lesson, by name.
///
/// # Errors
///
/// Says what is missing in the heads of the files.
pub(crate) fn of_lesson(folder: &Path) -> Result<Vec<WrongProgram>, Vec<String>> {
    let (mut programs, mut wrong) = (Vec::new(), Vec::new());
    for name in files(&folder.join("examples"), "rs") {
        let file = folder.join("examples").join(&name).with_extension("rs");
        match fs::read_to_string(&file).map_err(|why| why.to_string()).and_then(|it| roles(&it)) {
            Ok(roles) => programs.push(WrongProgram { name, file, roles }),
            Err(why) => wrong.push(format!("{}: {why}", file.display())),
        }
    }
    if wrong.is_empty() { Ok(programs) } else { Err(wrong) }
}

/// The names of a folder's files of one kind, sorted; none if there's no such folder.
pub(crate) fn files(folder: &Path, kind: &str) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut names: Vec<String> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == kind))
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// What the head of a file says.
fn roles(text: &str) -> Result<Vec<Role>, String> {
    let mut head = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let mut roles: Vec<Role> = Vec::new();
    while let Some(line) = head.next() {
        if let Some(instead_of) = line.strip_prefix("Instead of:") {
            roles.push(Role { instead_of: instead_of.trim().into(), ..Role::default() });
            continue;
        }
        let role = roles.last_mut();
        if let Some(list) = line.strip_prefix("Fails:") {
            role.ok_or("Fails: comes before Instead of:")?.fails = names(list, &mut head);
        } else if let Some(list) = line.strip_prefix("Judged on:") {
            role.ok_or("Judged on: comes before Instead of:")?.judged_on =
                Some(names(list, &mut head));
        } else if line == "Judged only on these." {
            let role = role.ok_or("Judged only on these. comes before Instead of:")?;
            role.judged_on = Some(role.fails.clone());
        } else if line.starts_with("Judged only on Unix.") {
            role.ok_or("Judged only on Unix. comes before Instead of:")?.only_on =
                Some(Needs::Unix);
        } else if line.starts_with("Judged only on Linux.") {
            role.ok_or("Judged only on Linux. comes before Instead of:")?.only_on =
                Some(Needs::Linux);
        }
    }
    match roles.iter().find(|role| role.fails.is_empty()) {
        _ if roles.is_empty() => Err("its head has no line `//! Instead of: …`".into()),
        Some(role) => Err(format!("its head names no check that it fails as {}", role.instead_of)),
        None => Ok(roles),
    }
}

/// Names with commas between them, on this line and, after a comma, on the next.
fn names<'a>(first: &'a str, more: &mut impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut list = first.trim().to_owned();
    while list.is_empty() || list.ends_with(',') {
        let Some(line) = more.next() else { break };
        list.push_str(line);
    }
    list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

impl WrongProgram {
    /// The program, as it is built from its file.
    ///
    /// # Errors
    ///
    /// It isn't built, or something that it is built from has changed since then.
    pub fn subject(&self) -> Result<Subject, String> {
        let program = program_file(&format!("examples/{}", self.name));
        match is_fresh(&program) {
            true => Ok(Subject::new(&self.name, program)),
            false => Err(format!(
                "{} is not built as its file is now: cargo build -p {} --examples",
                self.name,
                self.package()
            )),
        }
    }

    /// What is missing here for the program in this role to be seen failing, in words for the list of tests.
    pub fn missing(role: &Role, judges: &Judges) -> Option<String> {
        if let Some(missing) = role.only_on.and_then(Needs::missing) {
            return Some(missing);
        }
        let is_failed = |check: &&Check| role.fails.iter().any(|name| name == check.id);
        let mut missing = judges.iter().filter(is_failed).map(|check| check.needs.missing());
        let first = missing.next()??;
        missing.all(|missing| missing.is_some()).then_some(first)
    }

    fn package(&self) -> String {
        let folder = self.file.ancestors().nth(2).and_then(Path::file_name);
        folder.unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Demands that the program in this role fails exactly the checks that its head names.
    /// `SNAPSHOTS=overwrite` writes the list anew instead.
    pub fn judged(&self, role: &Role, judges: &Judges) -> Result<(), Failed> {
        let subject = self.subject()?;
        let is_judged_on = |check: &&Check| {
            role.judged_on.as_ref().is_none_or(|names| names.iter().any(|name| name == check.id))
        };
        let is_named = |check: &&Check| role.fails.iter().any(|name| name == check.id);
        let named = judges.named.iter().filter(is_named);
        let checks: Vec<Check> =
            judges.all.iter().filter(is_judged_on).chain(named).copied().collect();
        if !overwrites() {
            return exactly(&checks, &subject, &role.fails);
        }
        // More time than a grade has: a busy machine must not add to the list.
        let found = failed(&checks, &subject, 5 * graded());
        // What this machine can't run stays as it is.
        let fails: Vec<&str> = checks
            .iter()
            .filter(|check| match check.needs.missing() {
                None => found.contains(&check.id),
                Some(_) => is_named(check),
            })
            .map(|check| check.id)
            .collect();
        let text = fs::read_to_string(&self.file).map_err(|why| why.to_string())?;
        let new = with_list(&text, &role.instead_of, &fails);
        // A file that is written is newer than its program, even if nothing in it has changed.
        let written = if new == text { Ok(()) } else { fs::write(&self.file, new) };
        written.map_err(|why| format!("cannot write {}: {why}", self.file.display()).into())
    }
}

/// The text of a file with this list of checks for a role.
fn with_list(text: &str, instead_of: &str, fails: &[&str]) -> String {
    const WIDTH: usize = 90;
    let mut list = vec!["//! Fails:".to_owned()];
    for (place, name) in fails.iter().enumerate() {
        let comma = if place + 1 < fails.len() { "," } else { "" };
        if list.last().is_some_and(|line| line.len() + name.len() + 2 > WIDTH) {
            list.push("//!  ".into());
        }
        list.last_mut().expect("a first line").push_str(&format!(" {name}{comma}"));
    }
    let (mut lines, mut new) = (text.lines().peekable(), Vec::new());
    let mut is_role = false;
    while let Some(line) = lines.next() {
        if let Some(role) = line.strip_prefix("//! Instead of:") {
            is_role = role.trim() == instead_of;
        }
        if !is_role || !line.starts_with("//! Fails:") {
            new.push(line.to_owned());
            continue;
        }
        new.append(&mut list);
        let mut old = line;
        while old.trim_end().ends_with(',') || old.trim() == "//! Fails:" {
            let Some(next) = lines.next() else { break };
            old = next;
        }
    }
    new.join("\n") + "\n"
}

impl Run {
    /// A wrong program of any lesson, for an experiment that shows what it does.
    ///
    /// # Errors
    ///
    /// There's no such program, or it isn't built as its file is now.
    pub fn wrong_program(&mut self, name: &str) -> Outcome<Subject> {
        let lessons = fs::read_dir(workspace().join("lessons")).into_iter().flatten().flatten();
        let mut files =
            lessons.map(|lesson| lesson.path().join("examples").join(name).with_extension("rs"));
        let program = files.find(|file| file.is_file()).map(|file| WrongProgram {
            name: name.into(),
            file,
            roles: Vec::new(),
        });
        let subject = program.ok_or("there's no such file".into()).and_then(|it| it.subject());
        subject.map_err(|why| Broken::new(format!("the wrong program {name}"), why))
    }
}

/// Has cargo build a lesson's wrong programs, unless all of them are as their files are now. `cargo test`
/// has built them; `cargo test NAME` hasn't.
pub(crate) fn build(name: &str) {
    let programs = of_lesson(&lesson(name)).unwrap_or_default();
    if programs.iter().all(|program| program.subject().is_ok()) {
        return;
    }
    let target = built();
    let mut cargo =
        std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", name, "--examples"]).current_dir(workspace());
    if target.ends_with("release") {
        cargo.arg("--release");
    }
    if let Some(target) = target.parent() {
        cargo.arg("--target-dir").arg(target);
    }
    // Where there's no cargo, each program that is judged says that it isn't built.
    if let Ok(mut cargo) = cargo.spawn() {
        let _ = cargo.wait();
    }
}

/// Whether a program is newer than all that it was built from, by the list that cargo has put beside it.
fn is_fresh(program: &Path) -> bool {
    let modified = |file: &Path| fs::metadata(file).and_then(|it| it.modified()).ok();
    let (Some(built), Ok(list)) =
        (modified(program), fs::read_to_string(program.with_extension("d")))
    else {
        return false;
    };
    let sources = sources(&list, workspace());
    let is_older = |source: &PathBuf| modified(source).is_some_and(|changed| changed <= built);
    !sources.is_empty() && sources.iter().all(is_older)
}

/// The files behind the colon of a line `PROGRAM: FILE FILE …`, in which a backslash keeps a space. Where
/// the tree was copied after it was built, they are in the tree `root` now.
fn sources(list: &str, root: &Path) -> Vec<PathBuf> {
    let Some((program, files)) = list.lines().next().and_then(|line| line.split_once(": ")) else {
        return Vec::new();
    };
    let plain = |text: &str| PathBuf::from(text.replace("\\ ", " "));
    let program = plain(program);
    let now = |file: PathBuf| {
        let old_root = program.ancestors().find(|folder| file.starts_with(folder));
        let relative = old_root.and_then(|old_root| file.strip_prefix(old_root).ok());
        let here = relative.map(|relative| root.join(relative));
        here.filter(|here| here.is_file()).unwrap_or(file)
    };
    let files = files.replace("\\ ", "\0");
    files.split_whitespace().map(|file| now(PathBuf::from(file.replace('\0', " ")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;

    const HEAD: &str = "\
//! C9: one read is taken for the request.
//!
//! Instead of: exercise02
//! Fails: one,
//!   two, three
//!
//! Instead of: lesson02
//! Fails: four
//! Judged only on these.
//! Judged only on Unix.

use std::io;
";

    #[test]
    fn a_head_says_which_checks_a_program_fails() {
        let roles = roles(HEAD).unwrap();
        let owned = |names: &[&str]| names.iter().copied().map(String::from).collect::<Vec<_>>();
        let exercise = Role {
            instead_of: "exercise02".into(),
            fails: owned(&["one", "two", "three"]),
            judged_on: None,
            only_on: None,
        };
        let lesson = Role {
            instead_of: "lesson02".into(),
            fails: owned(&["four"]),
            judged_on: Some(owned(&["four"])),
            only_on: Some(Needs::Unix),
        };
        assert_eq!(roles, [exercise, lesson]);
        for (head, why) in [
            ("//! Nothing.\n", "its head has no line `//! Instead of: …`"),
            ("//! Fails: one\n", "Fails: comes before Instead of:"),
            ("//! Instead of: lesson02\n", "its head names no check that it fails as lesson02"),
            // A list in the code is none.
            (
                "//! Instead of: lesson02\n\n//! Fails: one\n",
                "its head names no check that it fails as lesson02",
            ),
        ] {
            assert_eq!(super::roles(head).unwrap_err(), why);
        }
    }

    #[test]
    fn a_program_that_cannot_be_seen_failing_is_not_judged() {
        const CHECKS: [Check; 3] = [
            check("one", |_| Ok(())),
            check("two", |_| Ok(())).needs(Needs::Program("no-such-tool")),
            check("three", |_| Ok(())).needs(Needs::Program("no-such-tool")),
        ];
        let judges = Judges { all: CHECKS.to_vec(), named: Vec::new() };
        let missing = |fails: &[&str]| {
            let fails = fails.iter().copied().map(String::from).collect();
            WrongProgram::missing(&Role { fails, ..Role::default() }, &judges)
        };
        assert_eq!(missing(&["one", "two"]), None);
        assert_eq!(missing(&["two", "three"]).as_deref(), Some("needs no-such-tool"));
        let role =
            Role { fails: vec!["one".into()], only_on: Some(Needs::Unix), ..Role::default() };
        assert_eq!(WrongProgram::missing(&role, &judges).is_some(), !cfg!(unix));
    }

    #[test]
    fn a_list_is_written_anew() {
        let text = with_list(HEAD, "exercise02", &["five"]);
        assert_eq!(text, HEAD.replace("one,\n//!   two, three", "five"));
        let long: Vec<&str> = vec!["a_check_with_a_name_that_is_long"; 4];
        let text = with_list(HEAD, "lesson02", &long);
        assert!(text.lines().all(|line| line.len() <= 90), "{text}");
        assert_eq!(super::roles(&text).unwrap()[1].fails, long);
        assert_eq!(with_list(&text, "lesson02", &["four"]), HEAD);
    }

    #[test]
    fn a_program_is_stale_when_what_it_was_built_from_is_newer() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let (program, source) = (file("a program"), file("a source.rs"));
        assert!(!is_fresh(&program), "it isn't built");
        fs::write(&source, "").unwrap();
        fs::write(&program, "").unwrap();
        assert!(!is_fresh(&program), "cargo's list is missing");
        let escaped = |path: &Path| path.to_str().unwrap().replace(' ', "\\ ");
        let list = format!("{}: {}\n", escaped(&program), escaped(&source));
        fs::write(program.with_extension("d"), list).unwrap();
        assert!(is_fresh(&program));
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(&source).unwrap().set_modified(later).unwrap();
        assert!(!is_fresh(&program), "the source has changed");
        fs::remove_file(source).unwrap();
        assert!(!is_fresh(&program), "the source is gone");
    }

    #[test]
    fn a_tree_that_was_copied_has_its_own_sources() {
        let copy = tempfile::tempdir().unwrap();
        let here = copy.path().join("lessons/a.rs");
        fs::create_dir_all(here.parent().unwrap()).unwrap();
        fs::write(&here, "").unwrap();
        let list = "/old/tree/target/debug/examples/a: /old/tree/lessons/a.rs /elsewhere/b.rs\n";
        assert_eq!(sources(list, copy.path()), [here, PathBuf::from("/elsewhere/b.rs")]);
    }
}
