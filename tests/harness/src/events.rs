use std::fmt::Write as _;
use std::io::{Write, stdout};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::AnsiColor;

use crate::{About, Arguments, Conclusion, Failed, Format, Outcome};

/// Writes what happens to standard output.
pub(crate) struct Events {
    format: Format,
    color: ColorChoice,
    /// How wide the names are.
    width: usize,
    failures: Vec<(String, Failed)>,
}

impl Events {
    pub fn new(arguments: &Arguments) -> Events {
        let Arguments { format, color, .. } = *arguments;
        Events { format, color, width: 0, failures: Vec::new() }
    }

    pub fn listed(&self, about: &About) {
        self.write(&format!("{}: test\n", about.listed()));
    }

    pub fn begin(&mut self, count: usize, width: usize) {
        self.width = width;
        let tests = if count == 1 { "test" } else { "tests" };
        self.write(&match self.format {
            Format::Json => {
                format!(
                    "{{ \"type\": \"suite\", \"event\": \"started\", \"test_count\": {count} }}\n"
                )
            }
            _ => format!("\nrunning {count} {tests}\n"),
        });
    }

    pub fn ended(&mut self, about: About, outcome: Outcome) {
        let (letter, word, color) = match outcome {
            Outcome::Passed => ('.', "ok", AnsiColor::Green),
            Outcome::Failed(_) => ('F', "FAILED", AnsiColor::Red),
            Outcome::Ignored => ('i', "ignored", AnsiColor::Yellow),
        };
        let style = color.on_default();
        let line = match self.format {
            Format::Pretty => {
                let (name, width) = (about.listed(), self.width);
                format!("test {name:width$} ... {style}{word}{style:#}\n")
            }
            Format::Terse => format!("{style}{letter}{style:#}"),
            Format::Json => {
                let name = json(&about.name);
                let event = word.to_lowercase();
                let test = format!("{{ \"type\": \"test\", \"name\": {name}");
                let why = match outcome {
                    Outcome::Failed(failed) => format!(", \"stdout\": {}", json(&failed.why())),
                    _ => String::new(),
                };
                return self.write(&format!(
                    "{test}, \"event\": \"started\" }}\n{test}, \"event\": \"{event}\"{why} }}\n"
                ));
            }
        };
        self.write(&line);
        if let Outcome::Failed(failed) = outcome {
            self.failures.push((about.name, failed));
        }
    }

    pub fn end(&mut self, conclusion: &Conclusion, time: Duration) {
        let Conclusion { passed, failed, ignored, filtered_out } = conclusion;
        let seconds = time.as_secs_f64();
        if self.format == Format::Json {
            let event = if *failed > 0 { "failed" } else { "ok" };
            self.write(&format!(
                "{{ \"type\": \"suite\", \"event\": \"{event}\", \"passed\": {passed}, \
                 \"failed\": {failed}, \"ignored\": {ignored}, \"measured\": 0, \
                 \"filtered_out\": {filtered_out}, \"exec_time\": {seconds} }}\n"
            ));
            return;
        }
        let mut text = String::new();
        if !self.failures.is_empty() {
            let (mut told, mut names) = (String::new(), String::new());
            for (name, failed) in self.failures.drain(..) {
                told += &format!("---- {name} ----\n{}\n\n", failed.why());
                names += &format!("    {name}\n");
            }
            text += &format!("\nfailures:\n\n{told}\nfailures:\n{names}");
        }
        let (word, color) = match failed {
            0 => ("ok", AnsiColor::Green),
            _ => ("FAILED", AnsiColor::Red),
        };
        let style = color.on_default();
        text += &format!(
            "\ntest result: {style}{word}{style:#}. {passed} passed; {failed} failed; \
             {ignored} ignored; 0 measured; {filtered_out} filtered out; \
             finished in {seconds:.2}s\n\n"
        );
        self.write(&text);
    }

    /// Writes a whole line in one go, since tests write as well. If no program reads it, the exit code still tells.
    fn write(&self, text: &str) {
        let mut out = AutoStream::new(stdout(), self.color).lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// A string of JSON (RFC 8259, section 7).
fn json(text: &str) -> String {
    let mut string = String::from('"');
    for letter in text.chars() {
        let _ = match letter {
            '"' | '\\' => write!(string, "\\{letter}"),
            '\0'..' ' => write!(string, "\\u{:04x}", u32::from(letter)),
            _ => write!(string, "{letter}"),
        };
    }
    string + "\""
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn strings_of_json_hold_anything() {
        assert_eq!(json("é \"a\\b\"\n\x1b"), r#""é \"a\\b\"\u000a\u001b""#);
    }
}
