use std::io::{self, BufRead, Write};
use std::time::Duration;

use serde_json::{Value, json};

/// The environment variable that asks for the record. Its value means nothing: the record goes where no
/// graded program can follow it (see [`Channel`]).
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

/// The way of the record, or of the live record, to the program that reads it.
///
/// That program is at the other end of this suite's stdin, which is a socket on Unix. It first sends a key,
/// and gets the lines with the key before each. A program that is graded knows this
/// suite's environment, its command line and its descriptors (proc(5)), but the key is in none of them, and
/// the kernel opens no socket a second time: `/proc/PID/fd/0` cannot be opened (ENXIO). To take it over would
/// need the right to trace this process, which [`keep_private`](crate::machine::keep_private) denies to all
/// but root. Elsewhere than on Unix the record is on stdout.
pub(crate) struct Channel {
    key: String,
    #[cfg(unix)]
    to: std::fs::File,
}

impl Channel {
    /// The channel, if a record is wanted, or a live one: before the first graded program starts.
    pub fn open() -> io::Result<Option<Channel>> {
        if std::env::var_os(RECORD).is_none() && !crate::suite::live::is_wanted() {
            return Ok(None);
        }
        let mut key = String::new();
        io::stdin().lock().read_line(&mut key)?;
        if key.trim().is_empty() {
            return Err(io::Error::other("no key on stdin"));
        }
        Ok(Some(Channel {
            key: key.trim().into(),
            #[cfg(unix)]
            to: std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?.into(),
        }))
    }

    /// Writes these lines.
    pub fn write(&mut self, lines: &[Value]) -> io::Result<()> {
        let key = &self.key;
        // Elsewhere than on Unix, the harness may be in the middle of a line.
        let start = if cfg!(unix) { "" } else { "\n" };
        let lines: String = lines.iter().map(|line| format!("{start}{key} {line}\n")).collect();
        #[cfg(unix)]
        let to = &mut self.to;
        #[cfg(not(unix))]
        let to = &mut io::stdout();
        to.write_all(lines.as_bytes())
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
