//! A folder of submissions.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

use crate::vocabulary::{Class, NOT_STARTED, Workspace, lines, message};

#[test]
fn a_record_that_no_suite_writes_fails_all_checks() {
    let forged = |change: &dyn Fn(&str) -> String, why: &str| {
        let class = Class::new();
        class.hands_in("ada", "exercise02.py", "pass");
        class.grades("lesson02", "exercise02.py", &["passed", "passed"]);
        let file = class.workspace.folder("lesson02").join("exercise02.py");
        fs::write(&file, change(&fs::read_to_string(&file).unwrap())).unwrap();
        let assert = class.grade(&["--format", "json"]).code(1);
        let lines = lines(&assert);
        assert_eq!(lines.len(), 2, "{lines:?}");
        for line in lines {
            assert_eq!(line["status"], "failed");
            let message = line["message"].as_str().unwrap();
            assert!(message.contains("was tampered with: ") && message.contains(why), "{message}");
        }
    };
    let first = |record: &str| record.lines().next().unwrap().to_owned() + "\n";
    forged(&first, "check1 was recorded 0 times");
    forged(&|record| record.to_owned() + &first(record), "check0 was recorded 2 times");
    forged(&|record| record.replace("check1", "check7"), "there is no check check7 of lesson02");
    forged(
        &|record| record.replace("lesson02", "lesson03"),
        "there is no check check0 of lesson03",
    );
    forged(&|record| record.to_owned() + "passed\n", "a line is none of a record");
    // The exit status tells another story.
    forged(&|record| record.replace("passed", "\\u0066ailed"), "exits with 101, not with");
}

#[test]
fn a_learner_has_a_row() {
    let class = Class::new();
    class.hands_in("ada", "exercise02.rs", "fn main() {}");
    class.hands_in("ada", "exercise04.rs", "// NOT STARTED: delete this line to be graded\n");
    class.hands_in("ben li", "exercise02.py", "pass");
    class.hands_in("cleo", "lessons/lesson04/exercise.rs", "fn main() {}");
    class.hands_in("dora", "exercise04", "#!/bin/sh\n");
    class.hands_in("hal", "Exercise_4.rs", "fn main() {}");
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
hal      not started  no answer: Exercise_4.rs
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
fn what_is_no_answer_is_said() {
    let class = Class::new();
    let folder = |learner: &str| {
        let folder = class.folder.path().join(learner);
        fs::create_dir_all(&folder).unwrap();
        folder
    };
    class.hands_in("ada", "exercise02", "#!/bin/sh\n");
    class.grades("lesson02", "exercise02", &["passed"]);
    fs::create_dir(folder("ben").join("exercise02.rs")).unwrap();
    symlink("nothing", folder("cleo").join("exercise02.py")).unwrap();
    symlink("../ada/exercise02", folder("dora").join("exercise02")).unwrap();
    class.hands_in("eve", "exercise02.txt", "an answer");
    class.hands_in("fay", "exercise2.py", "pass");
    class.hands_in("gus", "exercise02.rs", &format!("{NOT_STARTED}\nfn main() {{}}"));
    class.hands_in("hal", "exercise02", "#!/bin/sh\n");
    let hal = folder("hal").join("exercise02");
    fs::set_permissions(hal, fs::Permissions::from_mode(0o644)).unwrap();
    class.hands_in("ian", "exercise02.rs", &format!("\u{feff}\n{NOT_STARTED}\n"));
    class.hands_in("jo", "exercise02.py", "");
    Command::new("mkfifo").arg(folder("kim").join("exercise02.py")).assert().success();
    let assert = class.grade(&["--format", "json"]).code(1);
    let lines = lines(&assert);
    for (learner, what) in [
        ("ben", "exercise02.rs is a folder"),
        ("cleo", "exercise02.py is a link that leads nowhere"),
        ("dora", "exercise02 is a link that leads out of the learner's folder"),
        ("eve", "exercise02.txt is not the name of an answer"),
        ("fay", "exercise2.py is not the name of an answer"),
        ("gus", "exercise02.rs is edited, but its first line"),
        ("hal", "exercise02 is not executable"),
        ("jo", "exercise02.py is empty"),
        ("kim", "exercise02.py is not a regular file"),
    ] {
        let line = lines.iter().find(|line| line["learner"] == learner).unwrap();
        assert_eq!(line["status"], "no answer", "{line}");
        assert!(line["message"].as_str().unwrap().starts_with(what), "{line}");
    }
    let ian = lines.iter().find(|line| line["learner"] == "ian").unwrap();
    assert_eq!(ian["status"], "not started");
}

#[test]
fn names_of_folders_obey_no_terminal() {
    let class = Class::new();
    class.hands_in("a\u{1b}[2Jda\u{202e}\u{9b}", "exercise02.rs", "fn main() {}");
    class.grades("lesson02", "exercise02.py", &["passed"]);
    let assert = class.grade(&[]).code(1).stdout(contains("a\\u{1b}[2Jda\\u{202e}\\u{9b}  "));
    let manifest = class.workspace.read("target/submissions/lesson02/Cargo.toml");
    for text in [&assert.get_output().stdout, &assert.get_output().stderr, &manifest.into()] {
        let text = String::from_utf8(text.clone()).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{text:?}");
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
    class.hands_in("ben", "exercise02", "#!/bin/sh\n");
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
fn a_suite_that_does_not_compile_grades_no_class() {
    let class = Class::new();
    class.hands_in("ada", "exercise02.rs", "fn main() {}");
    class.workspace.write("suites", &message("lesson02", "error: the suite has a typo\n"));
    let said = contains("error: the suite has a typo").and(contains("does not compile"));
    class.grade(&[]).code(1).stdout("").stderr(said);
}
