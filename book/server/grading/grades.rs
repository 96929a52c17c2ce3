//! What is known of every exercise, as pages are told it. It comes from the files and from the suites, and
//! is stored nowhere.

use catalog::Language;
use serde_json::{Value, json};

use super::suite::{Event, Verdict};
use crate::source::Exercise;

pub struct Grades {
    /// Whether exercises are graded when they are saved.
    on: bool,
    /// In which language they are told.
    language: Language,
    exercises: Vec<Known>,
}

struct Known {
    /// Grows with each change.
    version: u64,
    /// As it is sent: `lesson`, `page`, `file`, `state`, `progress`, `message` and `checks`.
    told: Value,
}

/// What one page has been told.
#[derive(Default)]
pub struct Told {
    known: Option<(bool, Language)>,
    versions: Vec<u64>,
}

impl Grades {
    pub fn of(exercises: &[Exercise]) -> Grades {
        let known = |exercise: &Exercise| Known {
            version: 1,
            told: json!({
                "lesson": exercise.lesson,
                "page": exercise.page,
                "file": exercise.name,
                "state": begun(exercise.is_begun()),
                "progress": "",
                "message": "",
                "checks": [],
            }),
        };
        Grades {
            on: false,
            language: Language::English,
            exercises: exercises.iter().map(known).collect(),
        }
    }

    /// All that a page does not know yet; `None` if it knows everything.
    pub fn news(&self, told: &mut Told) -> Option<Value> {
        if self.exercises.is_empty() {
            return None;
        }
        told.versions.resize(self.exercises.len(), 0);
        let now = (self.on, self.language);
        let known = told.known.replace(now) == Some(now);
        let mut changed = Vec::new();
        for (exercise, version) in self.exercises.iter().zip(&mut told.versions) {
            if *version != exercise.version {
                *version = exercise.version;
                changed.push(&exercise.told);
            }
        }
        (!known || !changed.is_empty()).then(
            || json!({ "on": self.on, "language": self.language.tag(), "exercises": changed }),
        )
    }

    /// Whether an exercise has passed all of its checks, as far as is known.
    pub fn is_passed(&self, number: usize) -> bool {
        let told = &self.exercises[number].told;
        let checks = told["checks"].as_array().map_or(&[][..], Vec::as_slice);
        told["state"] == "graded"
            && !checks.is_empty()
            && checks.iter().all(|check| check["status"] == "passed")
    }

    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    pub fn switch(&mut self, on: bool) {
        self.on = on;
    }

    /// No results are known.
    pub fn is_begun(&mut self, number: usize, is_begun: bool) {
        let told = self.exercises[number].change();
        told["state"] = begun(is_begun).into();
        told["progress"] = "".into();
        told["message"] = "".into();
        told["checks"] = json!([]);
    }

    /// It is to be graded. What was known of it stays until there is something newer.
    pub fn waits(&mut self, number: usize) {
        self.exercises[number].change()["state"] = "waiting".into();
    }

    pub fn take(&mut self, number: usize, event: Event) {
        let told = self.exercises[number].change();
        match event {
            Event::Building(progress) => {
                told["state"] = "building".into();
                told["progress"] = progress.into();
            }
            Event::Live(mut line) if line["live"] == "checks" => {
                told["state"] = "running".into();
                told["progress"] = "".into();
                told["message"] = "".into();
                told["checks"] = line["checks"].take();
            }
            Event::Live(line) => {
                let checks = told["checks"].as_array_mut().into_iter().flatten();
                let Some(check) = checks.into_iter().find(|check| check["check"] == line["check"])
                else {
                    return;
                };
                if line["live"] == "running" {
                    check["status"] = "running".into();
                    return;
                }
                learn(check, &line);
            }
        }
    }

    pub fn end(&mut self, number: usize, verdict: Verdict) {
        let (state, message) = match verdict {
            Verdict::Graded => ("graded", String::new()),
            Verdict::DoesNotCompile(errors) => ("does not compile", errors),
            Verdict::Failed(why) => ("cannot grade", why),
            Verdict::Stopped => return,
        };
        let told = self.exercises[number].change();
        told["state"] = state.into();
        told["progress"] = "".into();
        if state != "graded" {
            told["checks"] = json!([]);
        }
        told["message"] = message.into();
    }
}

/// Adds to a check of the list how it has ended, as the live record tells it.
pub fn learn(check: &mut Value, ended: &Value) {
    for part in ["status", "seconds", "likely", "report", "message"] {
        check[part] = ended[part].clone();
    }
    // The hint of the step that has failed, instead of the check's.
    if ended["hint"].as_str().is_some_and(|hint| !hint.is_empty()) {
        check["hint"] = ended["hint"].clone();
    }
}

impl Known {
    fn change(&mut self) -> &mut Value {
        self.version += 1;
        &mut self.told
    }
}

fn begun(is_begun: bool) -> &'static str {
    if is_begun { "begun" } else { "not started" }
}
