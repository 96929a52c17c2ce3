use assert_cmd::assert::Assert;
use predicates::Predicate;
use predicates::prelude::predicate;

use crate::check::{Broken, Outcome};
use crate::show::{different, show};
use crate::trace::Trace;

/// A program that ran to its end.
pub struct Finished {
    pub(crate) assert: Assert,
    pub(crate) trace: Trace,
}

impl Finished {
    pub fn exited_with(self, code: i32) -> Outcome<Finished> {
        self.trace.step(format!("its exit code is {code}"));
        let got = match self.assert.get_output().status.code() {
            Some(101) => "a panic (exit code 101)".into(),
            Some(code) => format!("exit code {code}"),
            None => "no exit code: it was killed, or the time was up".into(),
        };
        let assert = self.assert.try_code(code);
        let assert = assert.map_err(|_| Broken::new(format!("exit code {code}"), got))?;
        Ok(Finished { assert, ..self })
    }

    /// Demands that standard output holds these words.
    pub fn said(self, words: &str) -> Outcome<Finished> {
        self.trace.step(format!("its stdout has {words:?}"));
        let got = show(&self.assert.get_output().stdout);
        let assert = self.assert.try_stdout(predicate::str::contains(words));
        let assert = assert.map_err(|_| Broken::new(format!("{words:?} on stdout"), got))?;
        Ok(Finished { assert, ..self })
    }

    /// Demands that standard error holds these words.
    pub fn complained(self, words: &str) -> Outcome<Finished> {
        self.trace.step(format!("its stderr has {words:?}"));
        let got = show(&self.assert.get_output().stderr);
        let assert = self.assert.try_stderr(predicate::str::contains(words));
        let assert = assert.map_err(|_| Broken::new(format!("{words:?} on stderr"), got))?;
        Ok(Finished { assert, ..self })
    }

    /// Demands that standard error has a line `error: WHAT: WHY`, and no panic.
    pub fn explained(self) -> Outcome<Finished> {
        const EXPECTED: &str = "`error: WHAT: WHY` on stderr";
        self.trace.step(format!("it says {EXPECTED}"));
        let got = show(&self.assert.get_output().stderr);
        let error = predicate::str::is_match(r"(?m)^error: .+").expect("a pattern");
        let assert = self.assert.try_stderr(error).map_err(|_| Broken::new(EXPECTED, &got))?;
        match predicate::str::contains("panicked")
            .eval(&String::from_utf8_lossy(&assert.get_output().stderr))
        {
            true => Err(Broken::new(EXPECTED, got)),
            false => Ok(Finished { assert, ..self }),
        }
    }

    /// Demands exactly this standard output.
    pub fn said_exactly(self, text: &str) -> Outcome<Finished> {
        self.trace.step(format!("its stdout is {}", show(text.as_bytes())));
        let got = self.assert.get_output().stdout.clone();
        let assert = self.assert.try_stdout(predicate::eq(text.as_bytes()));
        let assert = assert.map_err(|_| different(text.as_bytes(), &got, ""))?;
        Ok(Finished { assert, ..self })
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.assert.get_output().stdout).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.assert.get_output().stderr).into_owned()
    }
}
