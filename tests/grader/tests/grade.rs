//! `cargo grade`, from outside: its table, its record and its exit code, for everything that can
//! become of an exercise.
//!
//! Cargo and the suites of the lessons are played by two small scripts in `fake/`, since real ones take
//! a minute to build; `.ci/run` grades a real folder of submissions.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use grader::workspace;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::{Value, json};
use tempfile::TempDir;

const LESSONS: [&str; 6] = ["lesson00", "lesson01", "lesson02", "lesson03", "lesson04", "lesson05"];

fn fake(program: &str) -> PathBuf {
    workspace().join("tests/grader/tests/fake").join(program)
}

#[test]
fn the_table_has_a_row_for_whatever_became_of_an_exercise() {
    let workspace = Workspace::new();
    workspace.graded("lesson00", &["passed", "passed"]);
    workspace.graded("lesson01", &["passed", "failed", "failed"]);
    workspace.graded("lesson02", &["not started", "not started"]);
    workspace.graded("lesson03", &["passed", "not available"]);
    workspace.does_not_compile("lesson04");
    workspace.graded("lesson05", &["failed"]);
    let table = "\
lesson00   2 of 2  ██
lesson01   1 of 3  █░░  next: check1
lesson02  not started
lesson03   1 of 2  █░
lesson04  does not compile
lesson05   0 of 1  ░  next: check0
";
    workspace.grade(&[]).code(1).stdout(predicate::str::ends_with(table));
}

#[test]
fn the_exit_code_is_0_only_when_nothing_begun_fails() {
    let workspace = Workspace::new();
    workspace.grade(&[]).code(0);
    workspace.graded("lesson01", &["passed", "not available"]);
    workspace.grade(&[]).code(0);
    workspace.graded("lesson01", &["passed", "failed"]);
    workspace.grade(&[]).code(1);
    workspace.graded("lesson01", &["passed", "passed"]);
    workspace.does_not_compile("lesson02");
    workspace.grade(&[]).code(1);
    workspace.grade(&["--format", "json"]).code(1);
}

#[test]
fn json_is_one_line_for_each_check_and_nothing_else() {
    let workspace = Workspace::new();
    workspace.graded("lesson01", &["passed", "failed", "not available"]);
    let assert = workspace.grade(&["--format", "json"]).code(1);
    let assert = assert.stderr(contains("for people to read").and(contains("lesson01   1 of 3")));
    let lines = lines(&assert);
    let lesson01: Vec<&Value> = lines.iter().filter(|line| line["lesson"] == "lesson01").collect();
    let statuses: Vec<&Value> = lesson01.iter().map(|line| &line["status"]).collect();
    assert_eq!(statuses, ["passed", "failed", "not available"]);
    let failed = json!({
        "lesson": "lesson01",
        "check": "check1",
        "status": "failed",
        "message": "why it is failed",
        "seconds": 0.25,
    });
    assert_eq!(*lesson01[1], failed);
    // The others have one check each, and are not begun.
    assert_eq!(lines.len(), 3 + 5);
}

#[test]
fn json_has_a_line_for_an_exercise_that_does_not_compile() {
    let workspace = Workspace::new();
    workspace.does_not_compile("lesson02");
    let assert = workspace.grade(&["--format=json"]).code(1);
    // Rustc's message is shown, too.
    let assert = assert.stderr(contains("error: lesson02 has a typo"));
    let lines = lines(&assert);
    let expected = json!({
        "lesson": "lesson02",
        "check": "compiles",
        "status": "does not compile",
        "message": "error: lesson02 has a typo\n",
        "seconds": 0.0,
    });
    assert!(lines.contains(&expected), "{lines:?}");
    // The suite of an earlier build is still there; its verdict would be on an older program.
    assert_eq!(lines.iter().filter(|line| line["lesson"] == "lesson02").count(), 1);
    assert_eq!(lines.len(), LESSONS.len());
}

#[test]
fn what_all_lessons_need_does_not_compile() {
    let workspace = Workspace::new();
    workspace.write("suites", &message("common", "error: common has a typo\n"));
    let assert = workspace.grade(&["--format", "json"]).code(1);
    let lines = lines(&assert);
    assert_eq!(lines.len(), LESSONS.len());
    for line in lines {
        assert_eq!(line["status"], "does not compile");
        assert_eq!(line["message"], "error: common has a typo\n");
    }
}

#[test]
fn a_suite_that_dies_is_an_error() {
    let workspace = Workspace::new();
    fs::remove_file(workspace.folder("lesson03").join("exercise")).unwrap();
    workspace
        .grade(&[])
        .code(1)
        .stderr(contains("error: cannot grade: the suite of lesson03 left no record"));
}

#[test]
fn a_learner_has_a_row() {
    let class = Class::new();
    class.hands_in("ada", "exercise02.rs", "fn main() {}");
    class.hands_in("ada", "exercise04.rs", "// NOT STARTED: delete this line to be graded\n");
    class.hands_in("ben li", "exercise02.py", "pass");
    class.hands_in("cleo", "lessons/lesson04/exercise.rs", "fn main() {}");
    class.hands_in("dora", "exercise04", "#!/bin/sh\n");
    class.hands_in("eve", "exercise04.rs", "fn main() {");
    class.hands_in("fay", "notes.txt", "I was ill");
    class.hands_in("gus", "exercise04.rs", "fn mian() {}");
    class.hands_in(".git", "exercise05.rs", "fn main() {}");
    class.builds("ada", "exercise02.rs", "adas");
    class.builds("cleo", "lessons/lesson04/exercise.rs", "cleos");
    class.refuses("eve", "exercise04.rs", "error: this file contains an unclosed delimiter\n");
    class.refuses("gus", "exercise04.rs", "error: `main` function not found\n");
    class.grades("lesson02", "adas", &["passed", "passed"]);
    class.grades("lesson02", "exercise02.py", &["passed", "failed"]);
    class.grades("lesson04", "cleos", &["failed"]);
    class.grades("lesson04", "exercise04", &["passed"]);
    let table = "\
learner  lesson02     lesson04
ada       2 of 2      not started
ben li    1 of 2      not started
cleo     not started   0 of 1
dora     not started   1 of 1
eve      not started  does not compile
fay      not started  not started
gus      not started  does not compile
";
    class.grade(&[]).code(1).stdout(table);

    let assert = class.grade(&["--format", "json"]).code(1);
    let lines = lines(&assert);
    let of = |learner: &str, lesson: &str| {
        let of = |line: &&Value| line["learner"] == learner && line["lesson"] == lesson;
        lines.iter().filter(of).collect::<Vec<_>>()
    };
    assert_eq!(of("ben li", "lesson02")[1]["check"], "check1");
    assert_eq!(of("ben li", "lesson02")[1]["message"], "why it is failed");
    // Two checks, as everybody has.
    assert_eq!(of("fay", "lesson02").len(), 2);
    assert_eq!(of("fay", "lesson02")[1]["status"], "not started");
    for (learner, error) in [
        ("eve", "error: this file contains an unclosed delimiter\n"),
        ("gus", "error: `main` function not found\n"),
    ] {
        let [refused] = of(learner, "lesson04")[..] else { panic!("one line for {learner}") };
        assert_eq!(refused["status"], "does not compile");
        assert_eq!(refused["message"], error);
    }
}

#[test]
fn a_class_that_fails_nothing_exits_with_0() {
    let class = Class::new();
    class.hands_in("ada", "exercise02.py", "pass");
    class.hands_in("ben", "notes.txt", "later");
    class.grades("lesson02", "exercise02.py", &["passed", "passed"]);
    class.grade(&[]).code(0);
}

#[test]
fn a_submission_that_ends_the_suite_fails_alone() {
    let class = Class::new();
    class.hands_in("ada", "exercise02.py", "os.kill(os.getppid(), 9)");
    class.hands_in("ben", "exercise02", "");
    class.grades("lesson02", "exercise02", &["passed", "passed"]);
    let table = "\
learner  lesson02
ada       0 of 2
ben       2 of 2
";
    class.grade(&[]).code(1).stdout(table);
    let assert = class.grade(&["--format", "json"]).code(1);
    let why = lines(&assert)[0]["message"].to_string();
    assert!(why.contains("the suite of lesson02 left no record"), "{why}");
}

#[test]
fn submissions_have_more_time() {
    let class = Class::new();
    class.hands_in("ada", "exercise02.py", "pass");
    class.grades("lesson02", "exercise02.py", &["passed"]);
    let mut grade =
        class.workspace.command(&["--submissions", class.folder.path().to_str().unwrap()]);
    let patience = || class.workspace.read("lessons/lesson02/patience");
    grade.env_remove("GRADER_PATIENCE").assert().code(0);
    assert_eq!(patience(), "3\n");
    grade.env("GRADER_PATIENCE", "7").assert().code(0);
    assert_eq!(patience(), "7\n");
}

#[test]
fn the_learners_files_are_built_where_they_lie() {
    let class = Class::new();
    class.hands_in("ada \"the first\"", "exercise02.rs", "fn main() {}");
    class.builds("ada \"the first\"", "exercise02.rs", "adas");
    class.grades("lesson02", "adas", &["passed"]);
    class.grade(&[]).code(0);
    let manifest = || class.workspace.read("target/submissions/lesson02/Cargo.toml");
    let first = manifest();
    // Another text, though it may be older than the program of the first.
    class.hands_in("ada \"the first\"", "exercise02.rs", "fn main() { }");
    class.grade(&[]).code(0);
    let manifest = manifest();
    assert_ne!(first, manifest, "the second answer would be taken for the first");
    assert!(manifest.contains("ada \\\"the first\\\"/exercise02.rs\""), "{manifest}");
    assert!(manifest.contains("\nsocket2 = { version = \"^0.6\", "), "{manifest}");
    assert!(manifest.contains("\nlesson02 = { path = "), "{manifest}");
    assert!(!manifest.contains("grader"), "{manifest}");
    assert_eq!(class.workspace.read("target/submissions/Cargo.lock"), "the versions");
}

#[test]
fn a_folder_without_submissions_is_an_error() {
    let class = Class::new();
    class.grade(&[]).code(1).stderr(contains("has no submissions, such as "));
    let workspace = Workspace::new();
    let none = workspace.path("none");
    workspace
        .grade(&["--submissions", &none])
        .code(1)
        .stderr(contains(format!("error: cannot grade: cannot read {none}: ")));
}

#[test]
fn the_workflow_for_a_class_grades_every_exercise() {
    let file = workspace().join(".github/classroom/grade.yml");
    let workflow = fs::read_to_string(file).unwrap();
    for lesson in LESSONS {
        assert!(workflow.contains(&format!("run: cargo test -p {lesson} exercise\n")), "{lesson}");
    }
}

#[test]
fn bad_arguments_exit_with_2() {
    let workspace = Workspace::new();
    for arguments in
        [&["--format"][..], &["--format", "xml"], &["--submissions"], &["lesson02"], &["--json"]]
    {
        workspace.grade(arguments).code(2).stdout("").stderr(contains("Usage: cargo grade"));
    }
    workspace.grade(&["--help"]).code(0).stdout(contains("Usage: cargo grade"));
}

#[test]
fn cargo_that_refuses_is_an_error() {
    let workspace = Workspace::new();
    fs::remove_file(workspace.path("suites")).unwrap();
    let nothing = contains("error: cannot grade: cargo has built nothing");
    workspace.grade(&[]).code(1).stderr(nothing.clone());
    // A library is no program.
    let mut library: Value =
        serde_json::from_str(&artifact(Path::new(""), "lib", "common", "")).unwrap();
    library["executable"] = Value::Null;
    workspace.write("suites", &format!("{library}\n"));
    workspace.write("fails", "");
    workspace.grade(&[]).code(1).stderr(nothing);
}

#[test]
fn cargo_that_fails_may_have_built_the_others() {
    let workspace = Workspace::new();
    workspace.graded("lesson01", &["passed"]);
    workspace.does_not_compile("lesson02");
    workspace.write("fails", "");
    let rows = contains("lesson01   1 of 1  █\nlesson02  does not compile\n");
    workspace.grade(&[]).code(1).stdout(rows);
}

#[test]
fn a_suite_that_does_not_compile_grades_no_class() {
    let class = Class::new();
    class.hands_in("ada", "exercise02.rs", "fn main() {}");
    class.workspace.write("suites", &message("lesson02", "error: the suite has a typo\n"));
    let said = contains("error: the suite has a typo").and(contains("does not compile"));
    class.grade(&[]).code(1).stdout("").stderr(said);
}

// ----------------------------------------------------------------------------
// The vocabulary of these tests.

/// A workspace in which no exercise has been begun, each of which has one check.
struct Workspace {
    dir: TempDir,
}

impl Workspace {
    fn new() -> Workspace {
        let workspace = Workspace { dir: TempDir::new().unwrap() };
        for lesson in LESSONS {
            fs::create_dir_all(workspace.folder(lesson)).unwrap();
            workspace.graded(lesson, &["not started"]);
        }
        workspace.builds(&[]);
        workspace
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn folder(&self, lesson: &str) -> std::path::PathBuf {
        self.dir.path().join("lessons").join(lesson)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The record that the lesson's suite leaves of its exercise.
    fn graded(&self, lesson: &str, statuses: &[&str]) {
        fs::write(self.folder(lesson).join("exercise"), record(lesson, statuses)).unwrap();
    }

    fn does_not_compile(&self, lesson: &str) {
        self.builds(&[lesson]);
    }

    /// All suites and all exercises but these.
    fn builds(&self, refused: &[&str]) {
        let mut messages = String::new();
        for lesson in LESSONS {
            let folder = self.folder(lesson);
            messages += &artifact(&folder, "test", lesson, fake("suite").to_str().unwrap());
            let exercise = lesson.replace("lesson", "exercise");
            messages += &match refused.contains(&lesson) {
                true => message(&exercise, &format!("error: {lesson} has a typo\n")),
                false => artifact(&folder, "bin", &exercise, "not started by anybody here"),
            };
        }
        self.write("suites", &messages);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut grade = Command::new(grader::program_file("grade"));
        grade.args(arguments).env("CARGO", fake("cargo")).env("FAKE", self.dir.path());
        grade.timeout(Duration::from_secs(60));
        grade
    }

    fn grade(&self, arguments: &[&str]) -> Assert {
        self.command(arguments).assert()
    }
}

/// A workspace and a folder of submissions.
struct Class {
    workspace: Workspace,
    folder: TempDir,
}

impl Class {
    fn new() -> Class {
        let class = Class { workspace: Workspace::new(), folder: TempDir::new().unwrap() };
        let workspace = &class.workspace;
        let folder = workspace.folder("lesson02");
        let metadata = json!({
            "workspace_root": workspace.dir.path(),
            "target_directory": workspace.path("target"),
            "packages": LESSONS.map(|lesson| json!({
                "name": lesson,
                "edition": "2024",
                "manifest_path": folder.join("Cargo.toml"),
                "targets": [{ "kind": ["lib"] }],
                "dependencies": [
                    dependency("socket2", Value::Null),
                    dependency("grader", "dev".into()),
                ],
            })),
        });
        workspace.write("metadata", &metadata.to_string());
        workspace.write("Cargo.lock", "the versions");
        workspace.write("programs", "");
        class
    }

    fn hands_in(&self, learner: &str, file: &str, text: &str) {
        let file = self.folder.path().join(learner).join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// The learner's file compiles to a program of this name.
    fn builds(&self, learner: &str, file: &str, program: &str) {
        self.cargo_says(learner, file, &artifact(Path::new(""), "bin", "any", program));
    }

    fn refuses(&self, learner: &str, file: &str, error: &str) {
        self.cargo_says(learner, file, &message("any", error));
    }

    /// Adds messages about a learner's file to those of the build.
    fn cargo_says(&self, learner: &str, file: &str, messages: &str) {
        let mut all = self.workspace.read("programs");
        for line in messages.lines() {
            let mut message: Value = serde_json::from_str(line).unwrap();
            let folder = self.folder.path().canonicalize().unwrap();
            message["target"]["src_path"] = folder.join(learner).join(file).to_str().into();
            all += &format!("{message}\n");
        }
        self.workspace.write("programs", &all);
    }

    /// The record that the lesson's suite leaves of a program.
    fn grades(&self, lesson: &str, program: &str, statuses: &[&str]) {
        let folder = self.workspace.folder(lesson);
        fs::write(folder.join(program), record(lesson, statuses)).unwrap();
        let checks = (0..statuses.len()).map(|check| format!("subject::check{check}: test\n"));
        fs::write(folder.join("checks"), checks.collect::<String>()).unwrap();
    }

    fn grade(&self, arguments: &[&str]) -> Assert {
        let folder = self.folder.path().to_str().unwrap();
        self.workspace.grade(&[&["--submissions", folder], arguments].concat())
    }
}

fn dependency(name: &str, kind: Value) -> Value {
    json!({
        "name": name,
        "kind": kind,
        "req": "^0.6",
        "path": Value::Null,
        "features": [],
        "uses_default_features": true,
    })
}

/// What cargo says of a program that it has built.
fn artifact(folder: &Path, kind: &str, name: &str, executable: &str) -> String {
    let message = json!({
        "reason": "compiler-artifact",
        "manifest_path": folder.join("Cargo.toml"),
        "target": { "kind": [kind], "name": name },
        "executable": executable,
    });
    format!("{message}\n")
}

/// What cargo says of a program that rustc refuses.
fn message(target: &str, error: &str) -> String {
    let say = |error: &str| {
        let message = json!({
            "reason": "compiler-message",
            "manifest_path": "Cargo.toml",
            "target": { "kind": ["bin"], "name": target },
            "message": { "level": "error", "message": error, "rendered": error },
        });
        format!("{message}\n")
    };
    say(error) + &say("aborting due to 1 previous error")
}

/// A record with a check for each of these statuses.
fn record(lesson: &str, statuses: &[&str]) -> String {
    let line = |(number, status)| {
        let line = json!({
            "lesson": lesson,
            "check": format!("check{number}"),
            "status": status,
            "message": format!("why it is {status}"),
            "seconds": 0.25,
        });
        format!("{line}\n")
    };
    statuses.iter().enumerate().map(line).collect()
}

/// The lines of JSON on stdout, and nothing else may be there.
fn lines(assert: &Assert) -> Vec<Value> {
    let stdout = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}
