use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grader::{harmless, text};
use serde_json::Value;

/// Cargo, the one that started this program if one did.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What one run of `cargo build` has made, and what rustc had to say.
#[derive(Default)]
pub struct Build {
    programs: Vec<(Place, PathBuf)>,
    messages: Vec<(Place, String)>,
}

/// The target that a program or a message is about.
pub struct Place {
    pub manifest: PathBuf,
    /// `bin` or `test`, among others.
    pub kind: String,
    pub target: String,
    pub source: PathBuf,
    /// Whether a message is an error, not a warning.
    pub error: bool,
}

impl Build {
    /// The suites of these lessons, with all programs that they start. One that does not compile does
    /// not keep the others from being built.
    pub fn of_suites(lessons: &[&str]) -> io::Result<Build> {
        let targets = lessons.iter().flat_map(|lesson| ["--package", lesson, "--test", lesson]);
        Build::run(cargo().arg("build").args(targets))
    }

    /// Adds to a `cargo build` what this program needs, and runs it.
    pub fn run(command: &mut Command) -> io::Result<Build> {
        command.args(["--keep-going", "--message-format", "json"]);
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        let mut build = Build::default();
        let lines = String::from_utf8_lossy(&output.stdout);
        for line in lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let place = Place {
                manifest: text(&line["manifest_path"]).into(),
                kind: text(&line["target"]["kind"][0]),
                target: text(&line["target"]["name"]),
                source: text(&line["target"]["src_path"]).into(),
                error: line["message"]["level"] == "error",
            };
            match line["reason"].as_str() {
                Some("compiler-artifact") if line["executable"].is_string() => {
                    build.programs.push((place, text(&line["executable"]).into()));
                }
                // The last words, such as "aborting due to 2 previous errors", tell nothing new.
                Some("compiler-message")
                    if !text(&line["message"]["message"]).starts_with("aborting due to") =>
                {
                    build.messages.push((place, text(&line["message"]["rendered"])));
                }
                _ => {}
            }
        }
        // Cargo itself refused, and has said why on stderr.
        if !output.status.success() && build.programs.is_empty() && build.messages.is_empty() {
            return Err(io::Error::other(text!("cargo has built nothing")));
        }
        Ok(build)
    }

    /// The program that was built of this target, with the manifest of its package.
    pub fn program(&self, kind: &str, target: &str) -> Option<(&Path, &Path)> {
        let mut programs = self.programs.iter();
        let (place, program) =
            programs.find(|(place, _)| place.kind == kind && place.target == target)?;
        Some((program, &place.manifest))
    }

    /// The program that was built of this file.
    pub fn program_of(&self, source: &Path) -> Option<&Path> {
        let mut programs = self.programs.iter();
        programs.find(|(place, _)| place.source == source).map(|(_, program)| &**program)
    }

    /// The errors at these places; where there are none, all errors, since one of them is the cause.
    pub fn errors(&self, of: impl Fn(&Place) -> bool) -> String {
        let errors = || self.messages.iter().filter(|(place, _)| place.error);
        let here: String =
            errors().filter(|(place, _)| of(place)).map(|(_, text)| &**text).collect();
        match here.is_empty() {
            true => errors().map(|(_, text)| &**text).collect(),
            false => here,
        }
    }

    /// The errors at this file, and no others: those of another learner are none of this one's business.
    pub fn errors_of(&self, source: &Path) -> String {
        let errors =
            self.messages.iter().filter(|(place, _)| place.error && place.source == source);
        let errors: String = errors.map(|(_, text)| &**text).collect();
        match errors.is_empty() {
            true => text!("rustc was ended: it took too much time or memory\n"),
            false => errors,
        }
    }

    /// Shows what rustc said, as cargo does when no program reads its messages.
    pub fn show(&self, which: impl Fn(&Place) -> bool) {
        let messages = self.messages.iter().filter(|(place, _)| which(place));
        messages.for_each(|(_, text)| eprintln!("{}", harmless(text)));
    }
}
