//! `cargo grade`: grades the exercises and ends with a table.
//!
//! Without arguments it grades the exercises of this workspace, a row for each lesson. With
//! `--submissions FOLDER` it grades what others have written, a row for each learner. The exit code is
//! 0 only when nothing that was begun fails. With `--format json` the record is on stdout: one line of
//! JSON for each check, as `book/chapters/teachers.md` documents it. `--reset` starts an exercise over, and
//! `--report` writes down all that is known about one.

mod answer;
mod arguments;
mod build;
mod bundle;
mod reset;
mod submissions;
mod suite;
mod table;

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use arguments::{Arguments, Deed};
use build::Build;
use grader::{Graded, Status, harmless, keep_private, of_reader, speaking, text};
use serde_json::Value;
use suite::Suite;

const LESSONS: [&str; 6] = ["lesson00", "lesson01", "lesson02", "lesson03", "lesson04", "lesson05"];

fn main() -> ExitCode {
    speaking(of_reader(), main_in_language)
}

fn main_in_language() -> ExitCode {
    let arguments = Arguments::parse();
    keep_private();
    let lessons = arguments.lessons();
    let graded = match (&arguments.deed, &arguments.submissions) {
        (Deed::Reset(lesson), _) => reset::reset(lesson).map(|()| true),
        (Deed::Report(lesson), _) => bundle::write(lesson).map(|()| true),
        (Deed::Grade, None) => grade(&lessons, arguments.json),
        (Deed::Grade, Some(folder)) => grade_submissions(folder, &lessons, arguments.json),
    };
    match graded {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{}", text!("error: cannot grade: {why}", why));
            ExitCode::FAILURE
        }
    }
}

/// Grades exercises of this workspace. Whether nothing that was begun fails.
fn grade(lessons: &[&str], json: bool) -> io::Result<bool> {
    let results = graded(lessons, json)?;
    let record = results.iter().map(|graded| graded.to_json()).collect();
    print(json, &table::of_lessons(lessons, &results), record);
    Ok(results.iter().all(passes))
}

/// The results of exercises of this workspace.
fn graded(lessons: &[&str], json: bool) -> io::Result<Vec<Graded>> {
    let build = Build::of_suites(lessons)?;
    build.show(|_| true);
    let mut results = Vec::new();
    for lesson in lessons {
        let exercise = exercise(lesson);
        // A suite is built even when the exercise is not; what lies there then is an older one.
        let suite = match build.program("bin", &exercise) {
            Some(_) => Suite::of_lesson(lesson, &build)?,
            None => None,
        };
        results.extend(match suite {
            Some(suite) if suite.checks.is_empty() => {
                return Err(io::Error::other(text!(
                    "the suite of {lesson} lists no checks",
                    lesson
                )));
            }
            Some(suite) => suite.grade_exercise(json),
            None => vec![does_not_compile(lesson, build.errors(|place| place.target == exercise))],
        });
    }
    Ok(results)
}

/// Grades what lies in the folder, one folder for each learner. Whether nothing that was begun fails.
fn grade_submissions(folder: &Path, wanted: &[&'static str], json: bool) -> io::Result<bool> {
    let learners = submissions::learners(folder)?;
    let mut lessons = submissions::lessons(&learners);
    lessons.retain(|lesson| wanted.contains(lesson));
    if lessons.is_empty() {
        return Err(io::Error::other(text!(
            "{folder} has no submissions, such as {folder}/NAME/{exercise}.rs",
            folder = folder.display(),
            exercise = exercise(if wanted.len() == LESSONS.len() { "lesson02" } else { wanted[0] }),
        )));
    }
    let build = Build::of_suites(&lessons)?;
    let mut suites = Vec::new();
    for lesson in &lessons {
        let suite = Suite::of_lesson(lesson, &build)?.filter(|suite| !suite.checks.is_empty());
        let Some(suite) = suite else {
            build.show(|_| true);
            return Err(io::Error::other(text!("the suite itself does not compile")));
        };
        suites.push(suite);
    }
    let programs = submissions::build(&learners, &lessons)?;
    programs.show(|place| place.error);
    let mut results = Vec::new();
    let (count, start) = (learners.len() * suites.len(), Instant::now());
    for learner in &learners {
        for suite in &suites {
            let graded = learner.grade(suite, &programs);
            // A person waits, perhaps for many learners.
            let (name, number) = (&learner.name, results.len() + 1);
            let left = start.elapsed() / number as u32 * (count - number) as u32;
            let left = match left.as_secs() {
                0..=9 => String::new(),
                seconds => {
                    text!(", {time} left", time = format!("{}:{:02}", seconds / 60, seconds % 60),)
                }
            };
            let (lesson, cell) = (&suite.lesson, table::cell(&graded));
            eprintln!("[{number}/{count}{left}] {name} {lesson}: {}", cell.trim());
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
    let (check, status) = ("compiles".into(), Status::DoesNotCompile);
    let message = harmless(&message);
    Graded { lesson: lesson.into(), check, status, message, time: std::time::Duration::ZERO }
}

fn passes(graded: &Graded) -> bool {
    let fails = [Status::Failed, Status::NotJudged, Status::DoesNotCompile, Status::NoAnswer];
    !fails.contains(&graded.status)
}
