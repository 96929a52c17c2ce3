use std::net::SocketAddr;

use assert_cmd::assert::Assert;
use predicates::prelude::predicate;

use super::trace::Trace;
use crate::check::Outcome;
use crate::words::{demands, quote, steps};

/// What a panic writes, in Rust and in Python.
const PANICS: [&str; 2] = ["panicked", "Traceback (most recent call last)"];

/// Whether a line is `error: WHAT: WHY`, with all three parts. WHAT may begin with a colon that a program repeats.
pub fn explains(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("error: ") else { return false };
    let is_between = |(at, colon): (usize, &str)| {
        !rest[..at].trim().is_empty() && !rest[at + colon.len()..].trim().is_empty()
    };
    rest.match_indices(": ").any(is_between)
}

/// Whether a line has this address in it, with its port. Python writes `('127.0.0.1', 9090)`, and Java
/// `/[0:0:0:0:0:0:0:1]:9090`.
pub fn names(line: &str, address: SocketAddr) -> bool {
    let port = address.port().to_string();
    let mut numbers = line.split(|it: char| !it.is_ascii_digit());
    let mut words = line.split(|it: char| !it.is_ascii_hexdigit() && it != ':' && it != '.');
    let mut is_in_other_words = || words.any(|word| word.parse() == Ok(address.ip()));
    let has_ip = line.contains(&address.ip().to_string()) || is_in_other_words();
    line.contains(&address.to_string()) || has_ip && numbers.any(|it| it == port)
}

/// A program that ran to its end.
pub struct Finished {
    pub(crate) assert: Assert,
    pub(crate) trace: Trace,
}

impl Finished {
    pub fn exited_with(self, code: i32) -> Outcome<Finished> {
        self.trace.step(steps::exit_code(code));
        let got = demands::exited(self.assert.get_output().status.code());
        let assert = self.assert.try_code(code);
        let assert = assert.map_err(|_| self.trace.broken(demands::exit_code(code), got))?;
        Ok(Finished { assert, ..self })
    }

    /// Demands that standard output holds these words.
    pub fn said(self, words: &str) -> Outcome<Finished> {
        self.trace.step(steps::stdout_has(words));
        let got = quote(&self.assert.get_output().stdout);
        let expected = demands::on_stream(words, "stdout");
        let assert = self.assert.try_stdout(predicate::str::contains(words));
        let assert = assert.map_err(|_| self.trace.broken(expected, got))?;
        Ok(Finished { assert, ..self })
    }

    /// Demands that standard error holds these words.
    pub fn complained(self, words: &str) -> Outcome<Finished> {
        self.trace.step(steps::stderr_has(words));
        let got = quote(&self.assert.get_output().stderr);
        let expected = demands::on_stream(words, "stderr");
        let assert = self.assert.try_stderr(predicate::str::contains(words));
        let assert = assert.map_err(|_| self.trace.broken(expected, got))?;
        Ok(Finished { assert, ..self })
    }

    /// Demands that standard error has a line `error: WHAT: WHY`, and no panic.
    pub fn explained(self) -> Outcome<Finished> {
        self.trace.step(steps::says(&demands::error_line()));
        let got = quote(&self.assert.get_output().stderr);
        let error = predicate::function(|stderr: &str| {
            stderr.lines().any(explains) && !PANICS.iter().any(|panic| stderr.contains(panic))
        });
        let assert = self.assert.try_stderr(error);
        let assert = assert.map_err(|_| self.trace.broken(demands::error_line(), got))?;
        Ok(Finished { assert, ..self })
    }

    /// Demands exactly this standard output.
    pub fn said_exactly(self, text: &str) -> Outcome<Finished> {
        self.trace.step(steps::stdout_is(text));
        // As all that is collected there.
        let text = &if cfg!(windows) { text.replace("\r\n", "\n") } else { text.to_owned() };
        let got = self.assert.get_output().stdout.clone();
        let assert = self.assert.try_stdout(predicate::eq(text.as_bytes()));
        let assert = assert.map_err(|_| self.trace.differs(text.as_bytes(), &got, ""))?;
        Ok(Finished { assert, ..self })
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.assert.get_output().stdout).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.assert.get_output().stderr).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{explains, names};

    #[test]
    fn a_line_names_an_address_with_its_port() {
        let address = "127.0.0.1:6076".parse().expect("an address");
        for line in ["error: 127.0.0.1:6076: b", "error: ('127.0.0.1', 6076): b"] {
            assert!(names(line, address), "{line}");
        }
        for line in ["error: 127.0.0.1: b", "error: port 6076: b", "error: ('127.0.0.1', 60768): b"]
        {
            assert!(!names(line, address), "{line}");
        }
        let address = "[::1]:6076".parse().expect("an address");
        for line in [
            "error: [::1]:6076: b",
            "error: ('::1', 6076, 0, 0): b",
            "error: /[0:0:0:0:0:0:0:1]:6076: b",
        ] {
            assert!(names(line, address), "{line}");
        }
        for line in ["error: [::2]:6076: b", "error: [0:0:0:0:0:0:0:11]:6076: b", "error: ::1: b"] {
            assert!(!names(line, address), "{line}");
        }
    }

    #[test]
    fn an_error_has_three_parts() {
        for line in
            ["error: a: b", "error: :: b", "error: : isn't an address: b", "error: [::1]:80: b"]
        {
            assert!(explains(line), "{line}");
        }
        for line in [
            "error: a",
            "error: a: ",
            "error: : b",
            "error:  : b",
            "error: : : ",
            "a: b",
            "Error: a: b",
        ] {
            assert!(!explains(line), "{line}");
        }
    }
}
