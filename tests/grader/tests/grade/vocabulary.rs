//! The words of these tests.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use grader::workspace;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const NOT_STARTED: &str = "// NOT STARTED: delete this line to be graded";

pub const LESSONS: [&str; 6] =
    ["lesson00", "lesson01", "lesson02", "lesson03", "lesson04", "lesson05"];

pub fn fake(program: &str) -> PathBuf {
    workspace().join("tests/grader/tests/fake").join(program)
}

/// A workspace in which no exercise has been begun, each of which has one check.
pub struct Workspace {
    pub dir: TempDir,
}

impl Workspace {
    pub fn new() -> Workspace {
        let workspace = Workspace { dir: TempDir::new().unwrap() };
        for lesson in LESSONS {
            fs::create_dir_all(workspace.folder(lesson)).unwrap();
            workspace.graded(lesson, &["not started"]);
        }
        workspace.builds(&[]);
        workspace
    }

    pub fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn folder(&self, lesson: &str) -> std::path::PathBuf {
        self.dir.path().join("lessons").join(lesson)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The record that the lesson's suite leaves of its exercise.
    pub fn graded(&self, lesson: &str, statuses: &[&str]) {
        fs::write(self.folder(lesson).join("exercise"), record(lesson, statuses)).unwrap();
        self.lists(lesson, statuses.len());
    }

    /// The lesson's suite has so many checks.
    pub fn lists(&self, lesson: &str, count: usize) {
        let checks = (0..count).map(|check| format!("subject::check{check}: test\n"));
        fs::write(self.folder(lesson).join("checks"), checks.collect::<String>()).unwrap();
    }

    pub fn does_not_compile(&self, lesson: &str) {
        self.builds(&[lesson]);
    }

    /// All suites and all exercises but these.
    pub fn builds(&self, refused: &[&str]) {
        let mut messages = String::new();
        for lesson in LESSONS {
            let folder = self.folder(lesson);
            messages += &artifact(&folder, "test", lesson, fake("suite").to_str().unwrap());
            let exercise = lesson.replace("lesson", "exercise");
            messages += &match refused.contains(&lesson) {
                true => message(&exercise, &format!("error: {lesson} has a typo\n")),
                false => artifact(&folder, "bin", &exercise, "not started by anybody here"),
            };
        }
        self.write("suites", &messages);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut grade = Command::new(grader::program_file("grade"));
        grade.args(arguments).env("CARGO", fake("cargo")).env("FAKE", self.dir.path());
        grade.env("GRADER_LANG", "en");
        grade.timeout(Duration::from_secs(60));
        grade
    }

    pub fn grade(&self, arguments: &[&str]) -> Assert {
        self.command(arguments).assert()
    }
}

/// A workspace and a folder of submissions.
pub struct Class {
    pub workspace: Workspace,
    pub folder: TempDir,
}

impl Class {
    pub fn new() -> Class {
        let class = Class { workspace: Workspace::new(), folder: TempDir::new().unwrap() };
        let workspace = &class.workspace;
        let folder = workspace.folder("lesson02");
        let metadata = json!({
            "workspace_root": workspace.dir.path(),
            "target_directory": workspace.path("target"),
            "packages": LESSONS.map(|lesson| json!({
                "name": lesson,
                "edition": "2024",
                "manifest_path": folder.join("Cargo.toml"),
                "targets": [{ "kind": ["lib"] }],
                "dependencies": [
                    dependency("socket2", Value::Null),
                    dependency("grader", "dev".into()),
                ],
            })),
        });
        workspace.write("metadata", &metadata.to_string());
        workspace.write("Cargo.lock", "the versions");
        workspace.write("programs", "");
        class
    }

    pub fn hands_in(&self, learner: &str, file: &str, text: &str) {
        let file = self.folder.path().join(learner).join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        if file.extension().is_none() {
            fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    /// The learner's file compiles to a program of this name.
    pub fn builds(&self, learner: &str, file: &str, program: &str) {
        self.cargo_says(learner, file, &artifact(Path::new(""), "bin", "any", program));
    }

    pub fn refuses(&self, learner: &str, file: &str, error: &str) {
        self.cargo_says(learner, file, &message("any", error));
    }

    /// Adds messages about a learner's file to those of the build.
    pub fn cargo_says(&self, learner: &str, file: &str, messages: &str) {
        let mut all = self.workspace.read("programs");
        for line in messages.lines() {
            let mut message: Value = serde_json::from_str(line).unwrap();
            let folder = self.folder.path().canonicalize().unwrap();
            message["target"]["src_path"] = folder.join(learner).join(file).to_str().into();
            all += &format!("{message}\n");
        }
        self.workspace.write("programs", &all);
    }

    /// The record that the lesson's suite leaves of a program.
    pub fn grades(&self, lesson: &str, program: &str, statuses: &[&str]) {
        let folder = self.workspace.folder(lesson);
        fs::write(folder.join(program), record(lesson, statuses)).unwrap();
        self.workspace.lists(lesson, statuses.len());
    }

    pub fn grade(&self, arguments: &[&str]) -> Assert {
        let folder = self.folder.path().to_str().unwrap();
        self.workspace.grade(&[&["--submissions", folder], arguments].concat())
    }
}

pub fn dependency(name: &str, kind: Value) -> Value {
    json!({
        "name": name,
        "kind": kind,
        "req": "^0.6",
        "path": Value::Null,
        "features": [],
        "uses_default_features": true,
    })
}

/// What cargo says of a program that it has built.
pub fn artifact(folder: &Path, kind: &str, name: &str, executable: &str) -> String {
    let message = json!({
        "reason": "compiler-artifact",
        "manifest_path": folder.join("Cargo.toml"),
        "target": { "kind": [kind], "name": name },
        "executable": executable,
    });
    format!("{message}\n")
}

/// What cargo says of a program that rustc refuses.
pub fn message(target: &str, error: &str) -> String {
    let say = |error: &str| {
        let message = json!({
            "reason": "compiler-message",
            "manifest_path": "Cargo.toml",
            "target": { "kind": ["bin"], "name": target },
            "message": { "level": "error", "message": error, "rendered": error },
        });
        format!("{message}\n")
    };
    say(error) + &say("aborting due to 1 previous error")
}

/// A record with a check for each of these statuses.
pub fn record(lesson: &str, statuses: &[&str]) -> String {
    let line = |(number, status)| {
        let line = json!({
            "lesson": lesson,
            "check": format!("check{number}"),
            "status": status,
            "message": format!("why it is {status}"),
            "seconds": 0.25,
        });
        format!("{line}\n")
    };
    statuses.iter().enumerate().map(line).collect()
}

/// The lines of JSON on stdout, and nothing else may be there.
pub fn lines(assert: &Assert) -> Vec<Value> {
    let stdout = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}
