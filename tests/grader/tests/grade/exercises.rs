//! The exercises of a workspace.

use std::fs;
use std::path::Path;

use grader::workspace;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::vocabulary::{LESSONS, Workspace, artifact, lines, message};

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
fn in_chinese_the_bars_are_below_each_other_as_well() {
    let workspace = Workspace::new();
    workspace.graded("lesson00", &["passed", "passed"]);
    workspace.graded("lesson01", &["passed", "failed", "failed"]);
    workspace.does_not_compile("lesson04");
    let table = "\
lesson00    2 / 2  ██
lesson01    1 / 3  █░░  下一个：check1
lesson02  还没开始
lesson03  还没开始
lesson04  编译不了
lesson05  还没开始
";
    let chinese = |arguments: &[&str]| {
        let mut grade = workspace.command(arguments);
        grade.env_remove("GRADER_LANG").env("LC_ALL", "zh_CN.UTF-8");
        grade.assert()
    };
    chinese(&[]).code(1).stdout(predicate::str::ends_with(table));
    assert!(table.lines().all(|line| line.width() <= 40));
    let help = chinese(&["--help"]).code(0).stdout(contains("评测练习。"));
    let help = String::from_utf8(help.get_output().stdout.clone()).unwrap();
    assert!(help.lines().all(|line| line.width() <= 80), "{help}");
    chinese(&["--format", "xml"]).code(2).stderr(contains("格式只有 json 一种"));
    // What programs read is the same in each language.
    let lines = lines(&chinese(&["--format", "json"]).code(1));
    assert!(lines.iter().any(|line| line["status"] == "not started"));
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
fn a_suite_that_dies_fails_its_checks() {
    let workspace = Workspace::new();
    fs::remove_file(workspace.folder("lesson03").join("exercise")).unwrap();
    let assert = workspace.grade(&["--format", "json"]).code(1);
    let lines = lines(&assert);
    assert_eq!(lines.len(), LESSONS.len(), "the others are graded anyway");
    assert_eq!(lines[3]["status"], "failed");
    let why = lines[3]["message"].to_string();
    assert!(why.contains("the suite of lesson03 left no record"), "{why}");
}

#[test]
fn one_exercise_can_be_graded_alone() {
    let workspace = Workspace::new();
    workspace.graded("lesson02", &["passed", "failed"]);
    let row = "lesson02   1 of 2  █░  next: check1\n";
    for name in ["exercise02", "lesson02", "2"] {
        workspace.grade(&[name]).code(1).stdout(predicate::str::ends_with(row));
    }
    let assert = workspace.grade(&["--format", "json", "lesson04"]).code(0);
    assert_eq!(lines(&assert).len(), 1);
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
        [&["--format"][..], &["--format", "xml"], &["--submissions"], &["lesson6"], &["--json"]]
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
