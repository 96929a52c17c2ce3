use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

/// The environment variable that names the file to which every lesson's suite adds its record.
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
}

impl Status {
    const ALL: [(Status, &str); 6] = [
        (Status::Passed, "passed"),
        (Status::Failed, "failed"),
        (Status::NotJudged, "not judged"),
        (Status::NotStarted, "not started"),
        (Status::NotAvailable, "not available"),
        (Status::DoesNotCompile, "does not compile"),
    ];

    pub(crate) fn name(self) -> &'static str {
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

/// Adds the results to the record, if one is wanted.
pub(crate) fn write(results: &[Graded]) -> std::io::Result<()> {
    std::env::var_os(RECORD).map_or(Ok(()), |path| add(results, Path::new(&path)))
}

fn add(results: &[Graded], path: &Path) -> std::io::Result<()> {
    let lines: String = results.iter().map(|graded| format!("{}\n", graded.to_json())).collect();
    OpenOptions::new().create(true).append(true).open(path)?.write_all(lines.as_bytes())
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

    /// Run by the other test, with a record to write to.
    #[test]
    fn one_line() {
        if std::env::var(RECORD).is_ok_and(|path| path.ends_with("record-of-a-test")) {
            write(&[graded(Status::Passed)]).unwrap();
        }
    }

    #[test]
    fn the_environment_names_the_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record-of-a-test");
        crate::machine::said_with(RECORD, path.to_str().unwrap(), "suite::record::tests::one_line");
        let line = format!("{}\n", graded(Status::Passed).to_json());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), line);
    }

    #[test]
    fn suites_add_to_the_record_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let [one, other] = [Status::Passed, Status::Failed].map(graded);
        add(std::slice::from_ref(&one), &path).unwrap();
        add(&[other.clone(), one.clone()], &path).unwrap();
        let lines = std::fs::read_to_string(&path).unwrap();
        let read: Vec<_> =
            lines.lines().map(|line| Graded::from_json(line).unwrap().status).collect();
        assert_eq!(read, [one.status, other.status, one.status]);
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
