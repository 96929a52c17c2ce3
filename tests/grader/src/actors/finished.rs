use std::process::Output;
use std::str;

use super::trace::Trace;
use crate::check::Outcome;
use crate::words::{demands, quote, steps};

/// A program that ran to its end.
pub struct Finished {
    pub(crate) output: Output,
    pub(crate) trace: Trace,
}

impl Finished {
    pub fn exited_with(self, code: i32) -> Outcome<Finished> {
        self.trace.step(steps::exit_code(code));
        let got = self.output.status.code();
        match got == Some(code) {
            true => Ok(self),
            false => Err(self.trace.broken(demands::exit_code(code), demands::exited(got))),
        }
    }

    /// Demands that standard output holds these words.
    pub fn said(self, words: &str) -> Outcome<Finished> {
        self.trace.step(steps::stdout_has(words));
        match text(&self.output.stdout).contains(words) {
            true => Ok(self),
            false => {
                let expected = demands::on_stream(words, "stdout");
                Err(self.trace.broken(expected, quote(&self.output.stdout)))
            }
        }
    }

    /// Demands that standard error holds these words.
    pub fn complained(self, words: &str) -> Outcome<Finished> {
        self.trace.step(steps::stderr_has(words));
        match text(&self.output.stderr).contains(words) {
            true => Ok(self),
            false => {
                let expected = demands::on_stream(words, "stderr");
                Err(self.trace.broken(expected, quote(&self.output.stderr)))
            }
        }
    }

    /// Demands that standard error has a line `error: WHAT: WHY`, and no panic.
    pub fn explained(self) -> Outcome<Finished> {
        self.trace.step(steps::says(demands::ERROR_LINE));
        let stderr = text(&self.output.stderr);
        let explains = |line: &str| line.len() > "error: ".len() && line.starts_with("error: ");
        match stderr.lines().any(explains) && !stderr.contains("panicked") {
            true => Ok(self),
            false => Err(self.trace.broken(demands::ERROR_LINE, quote(&self.output.stderr))),
        }
    }

    /// Demands exactly this standard output.
    pub fn said_exactly(self, text: &str) -> Outcome<Finished> {
        self.trace.step(steps::stdout_is(text));
        match self.output.stdout == text.as_bytes() {
            true => Ok(self),
            false => Err(self.trace.differs(text.as_bytes(), &self.output.stdout, "")),
        }
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
}

/// What a program wrote; nothing if it isn't UTF-8.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}
