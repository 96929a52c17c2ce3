//! `cargo grade --report exercise02`: one text file with all that's needed to judge whether the
//! grader is wrong.

use std::fs;
use std::io;
use std::process::Command;

use grader::{Graded, Status, harmless, lesson_folder, text};

use crate::{exercise, graded};

pub fn write(lesson: &str) -> io::Result<()> {
    let exercise = exercise(lesson);
    let results = graded(&[lesson], true)?;
    let source = fs::read(lesson_folder(lesson).join("exercise.rs"))?;
    let file = format!("{exercise}-report.txt");
    fs::write(&file, report(&exercise, &results, &String::from_utf8_lossy(&source)))?;
    let has = text!(
        "{file} has your program, this machine and the report of each check that fails. Read it \
         before you pass it on.",
        file
    );
    println!("{has}");
    Ok(())
}

fn report(exercise: &str, results: &[Graded], source: &str) -> String {
    let mut text = text!(
        "A report on {exercise}\n\nWhat do you think is wrong with the grade?\n\n\n",
        exercise
    );
    text += &text!("== The machine ==\n\n");
    for (name, value) in machine() {
        text += &format!("{name:<12} {value}\n");
    }
    text += &text!("\n== The checks ==\n\n");
    for Graded { check, status, time, .. } in results {
        text += &format!("{:<17} {:>7.3} s  {check}\n", status.name(), time.as_secs_f64());
    }
    for Graded { message, .. } in results.iter().filter(|it| it.status == Status::Failed) {
        text += &text!("\n== A report ==\n\n{message}\n", message);
    }
    let refused = results.iter().filter(|it| it.status == Status::DoesNotCompile);
    refused.for_each(|it| {
        text += &text!("\n== What rustc says ==\n\n{message}\n", message = it.message)
    });
    text + &format!("\n== exercise.rs ==\n\n{source}")
}

/// What a verdict may depend on.
fn machine() -> Vec<(String, String)> {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        Some(harmless(String::from_utf8_lossy(&output.stdout).trim()))
    };
    let file = |name: &str| Some(fs::read_to_string(name).ok()?.trim().to_owned());
    let processors = std::thread::available_parallelism().ok().map(|count| count.to_string());
    let facts = [
        ("workbook", Some(env!("CARGO_PKG_VERSION").into())),
        ("commit", said("git", &["rev-parse", "HEAD"]).filter(|commit| !commit.is_empty())),
        ("system", said("uname", &["-srm"]).or(Some(std::env::consts::OS.into()))),
        ("rustc", said("rustc", &["-V"])),
        ("python", said(common::PYTHON, &["-V"])),
        ("processors", processors),
        ("load", file("/proc/loadavg")),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let set = std::env::vars().filter(|(name, _)| name.starts_with("GRADER_"));
    facts.chain(set).collect()
}
