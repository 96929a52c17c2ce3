//! What a learner asks for: to start over, and a file for a person who judges a grade.

use std::fs;

use assert_cmd::Command;
use grader::workspace;
use predicates::str::contains;

use crate::vocabulary::Workspace;

/// `cargo grade` in this workspace, which is no copy of the real one.
fn grade(workspace: &Workspace, arguments: &[&str]) -> Command {
    fs::write(workspace.path("book.toml"), "").unwrap();
    let mut grade = workspace.command(arguments);
    grade.env("CARGO_MANIFEST_DIR", workspace.dir.path()).current_dir(workspace.dir.path());
    grade
}

#[test]
fn a_learner_starts_over_and_keeps_the_file() {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.path("tests/starters")).unwrap();
    workspace.write("tests/starters/exercise02.rs", "the starter");
    let reset = || grade(&workspace, &["--reset", "exercise02"]).assert().code(0);
    for (number, text) in ["mine", "mine again"].iter().enumerate() {
        workspace.write("lessons/lesson02/exercise.rs", text);
        let kept = format!("lessons/lesson02/exercise-{}.rs", number + 1);
        reset().stdout(contains(&kept));
        assert_eq!(workspace.read(&kept), *text);
        assert_eq!(workspace.read("lessons/lesson02/exercise.rs"), "the starter");
    }
    reset().stdout(contains("is the starter already"));
    fs::remove_file(workspace.path("lessons/lesson02/exercise.rs")).unwrap();
    reset();
    assert_eq!(workspace.read("lessons/lesson02/exercise.rs"), "the starter");
    assert!(!fs::exists(workspace.path("lessons/lesson02/exercise-3.rs")).unwrap());
    let missing = contains("the starter of exercise03 is gone");
    grade(&workspace, &["--reset", "3"]).assert().code(1).stderr(missing);
    for arguments in [&["--reset"][..], &["--reset", "exercise9"], &["--reset", "2", "3"]] {
        grade(&workspace, arguments).assert().code(2);
    }
}

#[test]
fn a_report_has_all_that_a_judge_needs() {
    let workspace = Workspace::new();
    workspace.graded("lesson02", &["passed", "failed"]);
    workspace.write("lessons/lesson02/exercise.rs", "fn main() { my_server() }");
    let mut grade = grade(&workspace, &["--report", "exercise02"]);
    let grade = grade.env("GRADER_SEED", "4711").assert();
    grade.code(0).stdout(contains("exercise02-report.txt"));
    let report = workspace.read("exercise02-report.txt");
    for words in ["check1", "why it is failed", "fn main() { my_server() }", "4711", "rustc"] {
        assert!(report.contains(words), "no {words} in\n{report}");
    }
}

#[test]
fn each_starter_has_its_copy() {
    for number in 0..6 {
        let copy = workspace().join(format!("tests/starters/exercise0{number}.rs"));
        let text = fs::read_to_string(copy).unwrap();
        assert!(text.starts_with("// NOT STARTED: delete this line to be graded\n"));
    }
}
