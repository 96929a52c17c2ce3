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
use std::process::Command;
use std::time::Duration;

use grader::{Graded, Status, harmless, text};
use serde_json::{Value, json};

use crate::answer::{self, Answer};
use crate::build::{Build, cargo};
use crate::suite::Suite;
use crate::{LESSONS, does_not_compile, exercise};

pub struct Learner {
    /// The folder's, fit for a terminal.
    pub name: String,
    folder: PathBuf,
    /// The same folder by a path that a manifest can hold.
    folder_for_cargo: PathBuf,
}

/// The learners in the folder, by name.
pub fn learners(folder: &Path) -> io::Result<Vec<Learner>> {
    let explain = |why| {
        io::Error::other(text!("cannot read {folder}: {why}", folder = folder.display(), why))
    };
    let folder = folder.canonicalize().map_err(explain)?;
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(&folder).map_err(explain)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.is_dir() && !hidden {
            folders.insert(path);
        }
    }
    let learner = |folder: PathBuf| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let name = harmless(&name);
        Ok(Learner { name, folder_for_cargo: for_cargo(&folder)?, folder })
    };
    folders.into_iter().map(learner).collect()
}

/// The path itself, or that of a link where no manifest can hold it: it is not UTF-8, or has characters that
/// a terminal obeys, which cargo would write to the teacher's.
fn for_cargo(folder: &Path) -> io::Result<PathBuf> {
    if folder.to_str().is_some_and(|path| harmless(path) == path) {
        return Ok(folder.to_owned());
    }
    #[cfg(unix)]
    {
        let links = grader::program_file("submissions-with-odd-names");
        fs::create_dir_all(&links)?;
        let mut hasher = DefaultHasher::new();
        folder.hash(&mut hasher);
        let link = links.join(format!("{:016x}", hasher.finish()));
        match std::os::unix::fs::symlink(folder, &link) {
            Err(why) if why.kind() != io::ErrorKind::AlreadyExists => Err(why),
            _ => Ok(link),
        }
    }
    #[cfg(not(unix))]
    Ok(folder.to_owned())
}

/// The lessons whose exercise at least one learner has handed in.
pub fn lessons(learners: &[Learner]) -> Vec<&'static str> {
    let handed_in = |lesson: &&str| {
        learners.iter().any(|learner| match learner.answer(lesson) {
            Answer::NotStarted => learner.has_starter(lesson),
            _ => true,
        })
    };
    LESSONS.into_iter().filter(handed_in).collect()
}

/// A line of the record, with the learner it belongs to.
pub fn to_json(learner: &str, graded: &Graded) -> Value {
    let mut line = graded.to_json();
    line["learner"] = learner.into();
    line
}

impl Learner {
    fn answer(&self, lesson: &str) -> Answer {
        answer::find(&self.folder, lesson)
    }

    /// The path of one of the learner's files as cargo gets it.
    fn for_cargo(&self, file: &Path) -> PathBuf {
        self.folder_for_cargo.join(file.strip_prefix(&self.folder).unwrap_or(file))
    }

    /// Whether the starter is there, untouched.
    fn has_starter(&self, lesson: &str) -> bool {
        let files = [format!("{}.rs", exercise(lesson)), format!("lessons/{lesson}/exercise.rs")];
        files.iter().any(|file| self.folder.join(file).is_file())
    }

    pub fn grade(&self, suite: &Suite, programs: &Build) -> Vec<Graded> {
        let lesson = &suite.lesson;
        let (subject, directory) = match self.answer(lesson) {
            Answer::NotStarted => return suite.every_check(Status::NotStarted, ""),
            Answer::Unusable(message) => {
                let (lesson, check) = (lesson.clone(), "answer".into());
                let (status, time) = (Status::NoAnswer, Duration::ZERO);
                return vec![Graded { lesson, check, status, message, time }];
            }
            Answer::Command(start, name) => (format!("{start}{name}").into(), self.folder.clone()),
            Answer::Rust(source) => {
                let source = self.for_cargo(&source);
                let Some(program) = programs.program_of(&source) else {
                    return vec![does_not_compile(lesson, programs.errors_of(&source))];
                };
                // By its name alone, which has no letter that a shell would split at.
                let file = program.file_name().unwrap_or_default();
                let mut subject = OsString::from("./");
                subject.push(file);
                (subject, program.parent().unwrap_or(Path::new("")).to_owned())
            }
        };
        suite.grade(&subject, &directory)
    }
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
    limit_rustc(&mut build, &folder)?;
    Build::run(build.arg("--target-dir").arg(target))
}

/// Lets no answer keep rustc busy for good, or fill the memory: `include_bytes!("/dev/zero")` would. (Unix)
fn limit_rustc(build: &mut Command, folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // 4 GiB of addresses, 60 s of a processor, and a time to wait where the system has the program for it.
        const LIMITED: &str = "#!/bin/sh\nulimit -v 4194304 -t 60 2>/dev/null\n\
            if command -v timeout >/dev/null; then exec timeout -k 5 180 \"$@\"; fi\nexec \"$@\"\n";
        let script = folder.join("limited-rustc");
        fs::write(&script, LIMITED)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        build.env("RUSTC_WORKSPACE_WRAPPER", script);
    }
    let _ = (build, folder);
    Ok(())
}

/// A program for each answer in Rust, as a manifest lists them.
fn programs(learners: &[Learner], lesson: &str) -> io::Result<String> {
    let mut programs = String::new();
    for learner in learners {
        if let Answer::Rust(file) = learner.answer(lesson) {
            let name = program(lesson, &file)?;
            let file = learner.for_cargo(&file);
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
