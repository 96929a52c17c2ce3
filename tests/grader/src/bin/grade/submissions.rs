//! A folder of submissions: one folder for each learner, with the answers in it.
//!
//! Answers in Rust are built as the programs of small packages, which are made for that under `target/`
//! and have the dependencies of the lessons. So nothing is copied into a lesson, all learners are built
//! at once, and a second run builds only what has changed. The suite of this workspace, not one that a
//! learner may have changed, grades the programs.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use grader::{Graded, Status, is_begun};
use serde_json::{Value, json};

use crate::build::{Build, cargo};
use crate::suite::Suite;
use crate::{LESSONS, does_not_compile, exercise};

pub struct Learner {
    pub name: String,
    folder: PathBuf,
}

/// An answer to an exercise.
enum Answer {
    /// A source file.
    Rust(PathBuf),
    /// A command line, started in the learner's folder.
    Command(&'static str, String),
    NotStarted,
}

/// The learners in the folder, by name.
pub fn learners(folder: &Path) -> io::Result<Vec<Learner>> {
    let explain = |why| io::Error::other(format!("cannot read {}: {why}", folder.display()));
    let folder = folder.canonicalize().map_err(explain)?;
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(&folder).map_err(explain)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.is_dir() && !hidden {
            folders.insert(path);
        }
    }
    let learner = |folder: PathBuf| Learner {
        name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        folder,
    };
    Ok(folders.into_iter().map(learner).collect())
}

/// The lessons whose exercise at least one learner has handed in.
pub fn lessons(learners: &[Learner]) -> Vec<&'static str> {
    let handed_in = |lesson: &&str| learners.iter().any(|learner| learner.file(lesson).is_some());
    LESSONS.into_iter().filter(handed_in).collect()
}

/// A line of the record, with the learner it belongs to.
pub fn to_json(learner: &str, graded: &Graded) -> Value {
    let mut line = graded.to_json();
    line["learner"] = learner.into();
    line
}

impl Learner {
    /// The file that answers the exercise: on its own, or in a clone of this repository.
    fn file(&self, lesson: &str) -> Option<PathBuf> {
        let exercise = exercise(lesson);
        let names = [
            format!("{exercise}.rs"),
            format!("{exercise}.py"),
            exercise,
            format!("lessons/{lesson}/exercise.rs"),
        ];
        names.map(|name| self.folder.join(name)).into_iter().find(|file| file.is_file())
    }

    fn answer(&self, lesson: &str) -> io::Result<Answer> {
        let Some(file) = self.file(lesson) else { return Ok(Answer::NotStarted) };
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("py") => Ok(Answer::Command("python3 -u ", name)),
            Some(_) if !is_begun(&file) => Ok(Answer::NotStarted),
            Some(_) => Ok(Answer::Rust(file)),
            None => Ok(Answer::Command("./", name)),
        }
    }

    pub fn grade(&self, suite: &Suite, programs: &Build) -> io::Result<Vec<Graded>> {
        let lesson = &suite.lesson;
        let (subject, directory) = match self.answer(lesson)? {
            Answer::NotStarted => return every_check(suite, Status::NotStarted, ""),
            Answer::Command(start, name) => (format!("{start}{name}").into(), &*self.folder),
            Answer::Rust(source) => {
                let Some(program) = programs.program_of(&source) else {
                    let errors = programs.errors(|place| place.source == source);
                    return Ok(vec![does_not_compile(lesson, errors)]);
                };
                // By its name alone: the words of a command line are separated by spaces.
                let file = program.file_name().unwrap_or_default();
                let mut subject = OsString::from("./");
                subject.push(file);
                (subject, program.parent().unwrap_or(Path::new("")))
            }
        };
        // A program may even end the suite that grades it. The others are graded all the same.
        let graded = suite.grade(&subject, directory);
        graded.or_else(|why| every_check(suite, Status::Failed, &why.to_string()))
    }
}

/// The same result for every check of a suite that has not run.
fn every_check(suite: &Suite, status: Status, message: &str) -> io::Result<Vec<Graded>> {
    let graded = |check| Graded {
        lesson: suite.lesson.clone(),
        check,
        status,
        message: message.into(),
        time: Duration::ZERO,
    };
    Ok(suite.checks()?.into_iter().map(graded).collect())
}

/// Builds all answers in Rust.
pub fn build(learners: &[Learner], lessons: &[&str]) -> io::Result<Build> {
    let output = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let workspace: Value = serde_json::from_slice(&output.stdout)?;
    let path = |key: &str| PathBuf::from(workspace[key].as_str().unwrap_or_default());
    let target = path("target_directory");
    let folder = target.join("submissions");
    let mut members = Vec::new();
    for lesson in lessons {
        let programs = programs(learners, lesson)?;
        let packages = workspace["packages"].as_array().into_iter().flatten();
        let package = packages.into_iter().find(|package| package["name"] == *lesson);
        if let Some(package) = package.filter(|_| !programs.is_empty()) {
            let manifest = format!("{}{programs}", package_like(package));
            fs::create_dir_all(folder.join(lesson))?;
            fs::write(folder.join(lesson).join("Cargo.toml"), manifest)?;
            members.push(*lesson);
        }
    }
    if members.is_empty() {
        return Ok(Build::default());
    }
    // The same versions of everything, built with the same profile: what is built is shared.
    fs::create_dir_all(&folder)?;
    fs::copy(path("workspace_root").join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let members = json!(members);
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = {members}\n\n[profile.dev]\ndebug = false\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let mut build = cargo();
    build
        .args(["build", "--workspace", "--bins", "--manifest-path"])
        .arg(folder.join("Cargo.toml"));
    Build::run(build.arg("--target-dir").arg(target))
}

/// A program for each answer in Rust, as a manifest lists them.
fn programs(learners: &[Learner], lesson: &str) -> io::Result<String> {
    let mut programs = String::new();
    for learner in learners {
        if let Answer::Rust(file) = learner.answer(lesson)? {
            let name = program(lesson, &file)?;
            // A string of JSON is one of TOML, too.
            let file = json!(file.to_string_lossy());
            programs += &format!("\n[[bin]]\nname = \"{name}\"\npath = {file}\ntest = false\n");
        }
    }
    Ok(programs)
}

/// A name for the program of this file, and only for what the file holds now. Cargo goes by the time of
/// a file, and one that comes out of an archive may be older than the program of the one before it.
fn program(lesson: &str, file: &Path) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    (file, fs::read(file)?).hash(&mut hasher);
    Ok(format!("{}-{:016x}", exercise(lesson), hasher.finish()))
}

/// The start of a manifest with what a program of this package may use: the package's dependencies and
/// its library.
fn package_like(package: &Value) -> String {
    let name = package["name"].as_str().unwrap_or_default();
    let edition = &package["edition"];
    let mut manifest = format!(
        "[package]\nname = \"submissions-{name}\"\nedition = {edition}\nautobins = false\n\n[dependencies]\n"
    );
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    for dependency in dependencies.filter(|dependency| dependency["kind"].is_null()) {
        let name = dependency["name"].as_str().unwrap_or_default();
        let from = match &dependency["path"] {
            Value::Null => format!("version = {}", dependency["req"]),
            path => format!("path = {path}"),
        };
        let (features, default) = (&dependency["features"], &dependency["uses_default_features"]);
        manifest += &format!(
            "{name} = {{ {from}, features = {features}, default-features = {default} }}\n"
        );
    }
    let targets = package["targets"].as_array().into_iter().flatten();
    if targets.into_iter().any(|target| target["kind"][0] == "lib") {
        let manifest_path = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let folder = manifest_path.parent().unwrap_or(Path::new(""));
        manifest += &format!("{name} = {{ path = {} }}\n", json!(folder.to_string_lossy()));
    }
    manifest
}
