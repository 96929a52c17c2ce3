use std::time::Duration;

use serde_json::{Value, json};

/// The environment variable that asks for the record. Its value means nothing: the record goes where no
/// graded program can follow it (see [`Channel`](crate::machine::Channel)).
pub const RECORD: &str = "GRADER_RECORD";

/// How one check of an exercise ended.
#[derive(Clone, Debug)]
pub struct Graded {
    pub lesson: String,
    pub check: String,
    pub status: Status,
    /// The report of a check that failed or could not be judged, the reason of one that could not run, what rustc said of a
    /// program that does not compile, or nothing.
    pub message: String,
    pub time: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Passed,
    Failed,
    /// The machine was too busy to judge what took too long.
    NotJudged,
    /// The exercise has not been begun.
    NotStarted,
    /// The machine lacks something that the check needs.
    NotAvailable,
    /// Rustc refuses the exercise; the message is rustc's. It stands for all checks of the lesson.
    DoesNotCompile,
    /// There is something where the answer should be, but no answer; the message says what. It stands for
    /// all checks of the lesson.
    NoAnswer,
}

impl Status {
    const ALL: [(Status, &str); 7] = [
        (Status::Passed, "passed"),
        (Status::Failed, "failed"),
        (Status::NotJudged, "not judged"),
        (Status::NotStarted, "not started"),
        (Status::NotAvailable, "not available"),
        (Status::DoesNotCompile, "does not compile"),
        (Status::NoAnswer, "no answer"),
    ];

    pub fn name(self) -> &'static str {
        Status::ALL.iter().find(|(status, _)| *status == self).map_or("", |(_, name)| name)
    }
}

impl Graded {
    /// One line of the record.
    pub fn to_json(&self) -> Value {
        json!({
            "lesson": self.lesson,
            "check": self.check,
            "status": self.status.name(),
            "message": self.message,
            "seconds": (self.time.as_secs_f64() * 1000.0).round() / 1000.0,
        })
    }

    /// A line of the record; `None` if it is none.
    pub fn from_json(line: &str) -> Option<Graded> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| value[key].as_str().map(String::from);
        let status = text("status")?;
        Some(Graded {
            lesson: text("lesson")?,
            check: text("check")?,
            status: Status::ALL.iter().find(|(_, name)| *name == status)?.0,
            message: text("message")?,
            time: Duration::try_from_secs_f64(value["seconds"].as_f64()?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(status: Status) -> Graded {
        Graded {
            lesson: "lesson02".into(),
            check: "answers".into(),
            status,
            message: "two\nlines, \"quoted\"".into(),
            time: Duration::from_millis(1234),
        }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for (status, name) in Status::ALL {
            let graded = graded(status);
            let line = graded.to_json().to_string();
            assert!(line.contains(name) && !line.contains('\n'));
            let read = Graded::from_json(&line).expect("a line of the record");
            assert_eq!(read.to_json(), graded.to_json());
        }
        assert!(Graded::from_json("{}").is_none());
    }
}
