//! `cargo grade`: runs the checks of all exercises and ends with a table over all lessons.
//!
//! The exit code is 0 only when nothing that was begun fails. `--format json` prints one line of JSON
//! for each check in place of the table: `lesson`, `check`, `status` (`passed`, `failed`, `not
//! started`, `not available`), `message` and `seconds`.

use std::fs;
use std::process::{Command, ExitCode, Stdio};

use grader::{Graded, RECORD, Status};

const USAGE: &str = "Grades all exercises.\n\nUsage: cargo grade [--format json]";

const LESSONS: [&str; 6] = ["lesson00", "lesson01", "lesson02", "lesson03", "lesson04", "lesson05"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--format", "json"] | ["--format=json"] => true,
        ["--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("error: unknown arguments: {}\n\n{USAGE}", arguments.join(" "));
            return ExitCode::from(2);
        }
    };
    match grade(json) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("error: cannot grade: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing that was begun fails.
fn grade(json: bool) -> std::io::Result<bool> {
    let folder = tempfile::tempdir()?;
    let record = folder.path().join("record");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tests = Command::new(cargo);
    tests.args(["test", "--no-fail-fast"]);
    for lesson in LESSONS {
        tests.args(["--package", lesson, "--test", lesson]);
    }
    // With JSON on stdout, what people read goes to stderr.
    tests.args(["--", "exercise"]).env(RECORD, &record).stdin(Stdio::null());
    if json {
        tests.stdout(std::io::stderr());
    }
    let tests = tests.status()?;
    let record = fs::read_to_string(&record).unwrap_or_default();
    let results: Vec<Graded> = record.lines().filter_map(Graded::from_json).collect();
    match json {
        true => results.iter().for_each(|graded| println!("{}", graded.to_json())),
        false => LESSONS.iter().for_each(|lesson| println!("{}", row(lesson, &results))),
    }
    // A lesson that did not build has no results, and the tests have failed.
    Ok(tests.success())
}

/// One lesson in the table.
fn row(lesson: &str, results: &[Graded]) -> String {
    let results: Vec<&Graded> = results.iter().filter(|graded| graded.lesson == lesson).collect();
    let with = |status| results.iter().filter(move |graded| graded.status == status);
    let (of, passed) = (results.len(), with(Status::Passed).count());
    let verdict = if results.is_empty() {
        "no exercise was graded".into()
    } else if with(Status::NotStarted).count() == of {
        "not started".into()
    } else {
        let bar: String = (0..of).map(|check| if check < passed { '█' } else { '░' }).collect();
        let next = with(Status::Failed).next();
        let next = next.map(|graded| format!("  next: {}", graded.check)).unwrap_or_default();
        format!("{passed:>2} of {of:<2} {bar}{next}")
    };
    format!("{lesson}  {verdict}")
}
