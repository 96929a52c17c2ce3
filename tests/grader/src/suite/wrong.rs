//! Wrong programs: one file each in a lesson's `examples/`. Each must fail exactly the checks that its [head](super::head)
//! names.

use std::fs;
use std::path::{Path, PathBuf};

use anstream::println;
use harness::Failed;

use crate::actors::{Check, Run, Subject};
use crate::check::{Broken, Needs, Outcome};
use crate::machine::{built, lesson_folder as lesson, program_file, workspace};
use crate::report::{Action, action};
use crate::suite::head::{Role, roles, with_list};
use crate::suite::judge::{Mismatch, exactly};

/// A program that must fail some of the checks that it's judged on.
#[derive(Clone)]
pub(crate) struct WrongProgram {
    pub name: String,
    file: PathBuf,
    /// Or what is wrong with its head.
    pub roles: Result<Vec<Role>, String>,
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
pub(crate) fn of_lesson(folder: &Path) -> Vec<WrongProgram> {
    let names = files(&folder.join("examples"), "rs").into_iter();
    let programs = names.map(|name| {
        let file = folder.join("examples").join(&name).with_extension("rs");
        let text = fs::read_to_string(&file).map_err(|why| why.to_string());
        WrongProgram { name, file, roles: text.and_then(|text| roles(&text)) }
    });
    programs.collect()
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
    /// `SNAPSHOTS=overwrite` mends the list instead, where it must.
    pub fn judged(&self, role: &Role, judges: &Judges) -> Result<(), Failed> {
        self.judged_or(action(), &self.subject()?, role, judges).map_err(Failed::from)
    }

    fn judged_or(
        &self,
        action: Action,
        subject: &Subject,
        role: &Role,
        judges: &Judges,
    ) -> Result<(), String> {
        if role.fails.is_empty() && action == Action::Verify {
            return Err(format!(
                "its head names no check that it fails as {}. SNAPSHOTS=overwrite cargo test -p {} wrong::{} \
                 finds out, and writes the list behind `//! Fails:`.",
                role.instead_of,
                self.package(),
                self.name
            ));
        }
        let is_judged_on = |check: &&Check| {
            role.judged_on.as_ref().is_none_or(|names| names.iter().any(|name| name == check.id))
        };
        let is_named = |check: &&Check| role.fails.iter().any(|name| name == check.id);
        let named = judges.named.iter().filter(is_named);
        let checks: Vec<Check> =
            judges.all.iter().filter(is_judged_on).chain(named).copied().collect();
        let passes_all = || {
            format!(
                "{} passes every check on which it's judged, so nothing is written: a wrong program must fail one. \
                 (On a check that takes long it's judged if its head names that.)",
                self.name
            )
        };
        let mismatch = match exactly(&checks, subject, &role.fails) {
            Ok(()) if role.fails.is_empty() => return Err(passes_all()),
            Ok(()) => return Ok(()),
            Err(mismatch) => mismatch,
        };
        let fails = mended(&role.fails, &mismatch, &checks);
        if fails.is_empty() {
            return Err(format!("{mismatch}\n\n{}", passes_all()));
        }
        if action == Action::Verify {
            return Err(format!(
                "{mismatch}\n\nIts list {}. SNAPSHOTS=overwrite cargo test -p {} wrong::{} mends it.",
                mismatch.in_short(),
                self.package(),
                self.name
            ));
        }
        let text = fs::read_to_string(&self.file).map_err(|why| why.to_string())?;
        let file = self.file.strip_prefix(workspace()).unwrap_or(&self.file).display();
        fs::write(&self.file, with_list(&text, &role.instead_of, &fails))
            .map_err(|why| format!("cannot write {file}: {why}"))?;
        // No failure, like other recordings; but a line says in which of many files to read the diff.
        println!("\n{file} is written: {}\n", mismatch.mended());
        Ok(())
    }
}

/// A list without what the program passes, and with what it lacks at its place among the checks. What is neither
/// stays where it is, as does what this machine can't run.
fn mended<'a>(list: &'a [String], mismatch: &Mismatch, checks: &[Check]) -> Vec<&'a str> {
    let place = |id: &str| checks.iter().position(|check| check.id == id);
    let mut mended: Vec<&str> = list.iter().map(String::as_str).collect();
    mended.retain(|id| !mismatch.too_many.contains(id));
    for id in &mismatch.lacks {
        let before = mended.iter().position(|other| place(other) > place(id));
        mended.insert(before.unwrap_or(mended.len()), id);
    }
    mended
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
            roles: Ok(Vec::new()),
        });
        let subject = program.ok_or("there's no such file".into()).and_then(|it| it.subject());
        subject.map_err(|why| Broken::new(format!("the wrong program {name}"), why))
    }
}

/// Has cargo build a lesson's wrong programs, unless all of them are as their files are now. `cargo test`
/// has built them; `cargo test NAME` hasn't.
pub(crate) fn build(name: &str) {
    let programs = of_lesson(&lesson(name));
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
    use crate::machine::must_fail;

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

    /// What becomes of a program with this list, and of its file, where `one` and `three` fail.
    fn judged(action: Action, list: &str) -> (Result<(), String>, String) {
        const CHECKS: [Check; 6] = [
            check("one", |_| Err(Broken::new("this", "that"))),
            check("two", |_| Ok(())),
            check("three", |_| Err(Broken::new("this", "that"))),
            check("four", |_| Ok(())),
            check("five", |_| Ok(())).needs(Needs::Program("no-such-tool")),
            // Passes if it has more time than it gets where it must fail.
            check("six", |run| match run.trace.left() > 2 * must_fail() {
                true => Ok(()),
                false => Err(Broken::new("this", "nothing: the time was up")),
            }),
        ];
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lesson09/examples/wrong.rs");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, format!("//! Instead of: lesson09\n//! Fails: {list}\n")).unwrap();
        let program = of_lesson(&folder.path().join("lesson09")).remove(0);
        let role = program.roles.clone().unwrap().remove(0);
        let judges = match list {
            "four" | " " => Judges { all: CHECKS[3..5].to_vec(), named: Vec::new() },
            _ => Judges { all: CHECKS.to_vec(), named: Vec::new() },
        };
        let subject = Subject::new("wrong", "/nonexistent");
        let outcome = program.judged_or(action, &subject, &role, &judges);
        let text = fs::read_to_string(&file).unwrap();
        (outcome, text.lines().nth(1).unwrap().replace("//! Fails:", "").trim().into())
    }

    #[test]
    fn a_list_that_is_right_is_left_alone() {
        for list in ["one, three", "three,one", "five, three,  one,"] {
            for action in [Action::Verify, Action::Overwrite] {
                assert_eq!(judged(action, list), (Ok(()), list.to_owned()));
            }
        }
    }

    #[test]
    fn a_list_is_mended_where_it_must() {
        for (list, mended) in [
            ("two", "one, three"),
            ("three", "one, three"),
            ("five, one", "three, five, one"),
            ("one, two, three", "one, three"),
            ("six, two", "one, three, six"),
            ("", "one, three"),
            // As it is in the file.
            ("three, four, one", "three, one"),
        ] {
            assert_eq!(judged(Action::Overwrite, list), (Ok(()), mended.to_owned()));
        }
    }

    #[test]
    fn an_empty_list_is_named() {
        let (outcome, list) = judged(Action::Verify, "");
        let why = outcome.unwrap_err();
        assert!(why.starts_with("its head names no check that it fails as lesson09."), "{why}");
        assert_eq!(list, "");
    }

    #[test]
    fn a_list_never_becomes_empty() {
        for action in [Action::Verify, Action::Overwrite] {
            let (outcome, list) = judged(action, "four");
            let why = outcome.unwrap_err();
            assert!(why.contains("a wrong program must fail one.") && list == "four", "{why}");
        }
        // One that fails nothing is no wrong program, though its list is as empty.
        let why = judged(Action::Overwrite, " ").0.unwrap_err();
        assert!(why.contains("a wrong program must fail one."), "{why}");
    }

    #[test]
    fn a_mismatch_ends_with_what_to_do() {
        let last =
            |list| judged(Action::Verify, list).0.unwrap_err().lines().last().map(String::from);
        let command = "SNAPSHOTS=overwrite cargo test -p lesson09 wrong::wrong mends it.";
        let is = |says: &str| Some(format!("Its list {says}. {command}"));
        assert_eq!(last("two"), is("lacks one, three and has two too many"));
        assert_eq!(last("three"), is("lacks one"));
        assert_eq!(last("one, two, three"), is("has two too many"));
    }

    #[test]
    fn a_bad_head_hides_no_other_program() {
        let folder = tempfile::tempdir().unwrap();
        let examples = folder.path().join("examples");
        fs::create_dir(&examples).unwrap();
        fs::write(examples.join("bad.rs"), "//! Instead of: lesson09\n").unwrap();
        fs::write(examples.join("good.rs"), "//! Instead of: lesson09\n//! Fails: one\n").unwrap();
        let heads = of_lesson(folder.path()).into_iter().map(|it| (it.name, it.roles.is_ok()));
        assert_eq!(heads.collect::<Vec<_>>(), [("bad".into(), false), ("good".into(), true)]);
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
