//! `cargo grade`: grades the exercises and ends with a table.
//!
//! Without arguments it grades the exercises of this workspace, a row for each lesson. With
//! `--submissions FOLDER` it grades what others have written, a row for each learner. The exit code is
//! 0 only when nothing that was begun fails. With `--format json` the record is on stdout: one line of
//! JSON for each check, as `book/chapters/teachers.md` documents it.

mod arguments;
mod build;
mod submissions;
mod suite;
mod table;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use arguments::Arguments;
use build::Build;
use grader::{Graded, Status};
use serde_json::Value;
use suite::Suite;

const LESSONS: [&str; 6] = ["lesson00", "lesson01", "lesson02", "lesson03", "lesson04", "lesson05"];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let graded = match &arguments.submissions {
        None => grade(arguments.json),
        Some(folder) => grade_submissions(folder, arguments.json),
    };
    match graded {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("error: cannot grade: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Grades the exercises of this workspace. Whether nothing that was begun fails.
fn grade(json: bool) -> io::Result<bool> {
    let build = Build::of_suites(&LESSONS)?;
    build.show(|_| true);
    let mut results = Vec::new();
    for lesson in LESSONS {
        let exercise = exercise(lesson);
        // A suite is built even when the exercise is not; what lies there then is an older one.
        let suite = build.program("bin", &exercise).and_then(|_| Suite::of_lesson(lesson, &build));
        results.extend(match suite {
            Some(suite) => suite.grade_exercise(json)?,
            None => vec![does_not_compile(lesson, build.errors(|place| place.target == exercise))],
        });
    }
    let record = results.iter().map(|graded| graded.to_json()).collect();
    print(json, &table::of_lessons(&LESSONS, &results), record);
    Ok(results.iter().all(passes))
}

/// Grades what lies in the folder, one folder for each learner. Whether nothing that was begun fails.
fn grade_submissions(folder: &Path, json: bool) -> io::Result<bool> {
    let learners = submissions::learners(folder)?;
    let lessons = submissions::lessons(&learners);
    if lessons.is_empty() {
        return Err(io::Error::other(format!(
            "{0} has no submissions, such as {0}/NAME/exercise02.rs",
            folder.display()
        )));
    }
    let build = Build::of_suites(&lessons)?;
    let suites: Vec<Suite> =
        lessons.iter().filter_map(|lesson| Suite::of_lesson(lesson, &build)).collect();
    if suites.len() < lessons.len() {
        build.show(|_| true);
        return Err(io::Error::other("the suite itself does not compile"));
    }
    let programs = submissions::build(&learners, &lessons)?;
    programs.show(|place| place.error);
    let mut results = Vec::new();
    for learner in &learners {
        for suite in &suites {
            let graded = learner.grade(suite, &programs)?;
            // Somebody waits, perhaps for many learners.
            eprintln!("{} {}: {}", learner.name, suite.lesson, table::cell(&graded).trim());
            results.push((learner.name.as_str(), graded));
        }
    }
    let of_one = |(learner, graded): &(&str, Vec<Graded>)| {
        graded.iter().map(|graded| submissions::to_json(learner, graded)).collect::<Vec<_>>()
    };
    let record = results.iter().flat_map(of_one).collect();
    print(json, &table::of_learners(&lessons, &results), record);
    Ok(results.iter().flat_map(|(_, graded)| graded).all(passes))
}

/// The end of the run. With the record on stdout, what people read goes to stderr.
fn print(json: bool, table: &str, record: Vec<Value>) {
    match json {
        true => {
            eprint!("{table}");
            record.iter().for_each(|line| println!("{line}"));
        }
        false => print!("{table}"),
    }
}

/// The name of a lesson's exercise: `exercise02`.
fn exercise(lesson: &str) -> String {
    lesson.replace("lesson", "exercise")
}

/// What takes the place of a lesson's checks when its exercise does not compile.
fn does_not_compile(lesson: &str, message: String) -> Graded {
    Graded {
        lesson: lesson.into(),
        check: "compiles".into(),
        status: Status::DoesNotCompile,
        message,
        time: std::time::Duration::ZERO,
    }
}

fn passes(graded: &Graded) -> bool {
    !matches!(graded.status, Status::Failed | Status::NotJudged | Status::DoesNotCompile)
}
