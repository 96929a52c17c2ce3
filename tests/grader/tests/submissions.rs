//! A folder of submissions, graded for real: what the book's page for teachers shows.
//!
//! Five learners hand in exercise 2, each in another state. `cargo grade` builds their programs and
//! grades them. That takes some seconds, and more when lesson 2 has to be built, so `cargo test` lists
//! this as ignored; `.ci/run` runs it:
//!
//! ```text
//! cargo test -p grader --test submissions -- --ignored
//! ```
//!
//! What else can become of a submission is tested in `grade.rs`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use assert_cmd::Command;
use grader::{Broken, workspace};

#[test]
#[ignore = "builds programs and grades them: some seconds"]
fn a_folder_of_submissions() {
    let class = class();
    let grade = |arguments: &[&str]| {
        let mut grade = Command::new(grader::program_file("grade"));
        grade.arg("--submissions").arg(&class).args(arguments).current_dir(workspace());
        // No answer here hangs; a busy machine may take its time.
        grade.env("GRADER_LANG", "en").env("GRADER_PATIENCE", "10").env_remove("SUBJECT");
        let assert = grade.timeout(Duration::from_secs(600)).assert().code(1);
        String::from_utf8(assert.get_output().stdout.clone()).unwrap()
    };
    let shown = format!("$ cargo grade --submissions class\n{}", grade(&[]));
    recorded("grade-submissions", &shown);

    let check = "survives_an_empty_request";
    let record = grade(&["--format", "json"]);
    let of_one_check = record.lines().filter(|line| line.contains(check));
    let of_one_check: String = of_one_check.map(|line| format!("{line}\n")).collect();
    let typed = format!("$ cargo grade --submissions class --format json | grep {check}");
    recorded("grade-record", &format!("{typed}\n{of_one_check}"));
    let refused = record.lines().find(|line| line.contains("does not compile")).unwrap();
    assert!(refused.contains("error[E0599]"), "{refused}");
}

/// The folder that is handed in, always in the same place: then cargo need not build it anew.
fn class() -> PathBuf {
    let class = grader::program_file("grade").with_file_name("class");
    // A folder from an earlier run; the first run has none.
    let _ = fs::remove_dir_all(&class);
    let hands_in = |learner: &str, file: &str, source: &str| {
        let file = class.join(learner).join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::copy(workspace().join("lessons/lesson02").join(source), file).unwrap();
    };
    hands_in("alder", "exercise02.rs", "solution.rs");
    hands_in("birch", "exercise02.py", "solution.py");
    hands_in("cedar", "exercise02.rs", "examples/answers_nothing.rs");
    hands_in("elm", "exercise02.rs", "rejected/recv_on_listener.rs");
    // The clone of a learner who hasn't begun.
    let starter = class.join("fir/lessons/lesson02/exercise.rs");
    fs::create_dir_all(starter.parent().unwrap()).unwrap();
    fs::write(starter, "// NOT STARTED: delete this line to be graded\n").unwrap();
    class
}

#[track_caller]
fn recorded(name: &str, shown: &str) {
    if let Err(Broken { expected, got, .. }) = grader::recorded(name, shown) {
        panic!("expected {expected}, got\n{got}");
    }
}
