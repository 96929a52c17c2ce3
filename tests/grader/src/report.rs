use std::fmt::{self, Display, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use crate::cause;
use crate::check::{Broken, Check};
use crate::trace::{Record, Started};

/// What a failing check prints: as plain text by `Display`, for a terminal by [`Report::coloured`].
pub struct Report {
    check: Check,
    subject: String,
    record: Record,
    broken: Broken,
    likely: Vec<String>,
}

/// The width to which sentences are wrapped. What programs wrote is not.
const WIDTH: usize = 100;

/// Where `cargo run -p book` serves the book.
const BOOK: &str = "http://127.0.0.1:3000";

struct Styles {
    title: Style,
    failed: Style,
    heading: Style,
    aside: Style,
}

const PLAIN: Styles = Styles {
    title: Style::new(),
    failed: Style::new(),
    heading: Style::new(),
    aside: Style::new(),
};

const COLOURED: Styles = Styles {
    title: Style::new().bold(),
    failed: AnsiColor::Red.on_default().bold(),
    heading: AnsiColor::Cyan.on_default(),
    aside: Style::new().dimmed(),
};

impl Report {
    pub(crate) fn new(check: &Check, subject: &str, record: Record, broken: Broken) -> Report {
        let likely = cause::likely(subject, &record, &broken);
        Report { check: *check, subject: subject.into(), record, broken, likely }
    }

    pub fn check(&self) -> &Check {
        &self.check
    }

    /// With the escape sequences of a terminal.
    pub fn coloured(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, &COLOURED).expect("a String takes everything");
        text
    }

    /// The steps, what was expected and got, and what the programs wrote.
    pub(crate) fn told(&self) -> String {
        let mut text = String::new();
        self.facts(&mut text, &PLAIN).expect("a String takes everything");
        text
    }

    /// The likely cause, in sentences.
    pub(crate) fn likely(&self) -> &[String] {
        &self.likely
    }

    /// The report in one line.
    pub fn line(&self) -> String {
        match self.likely.first() {
            Some(likely) => likely.clone(),
            None => {
                let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                format!("expected {}, got {}", line(&self.broken.expected), line(&self.broken.got))
            }
        }
    }

    fn write(&self, f: &mut impl Write, styles: &Styles) -> fmt::Result {
        let Report { check, subject, .. } = self;
        let Styles { title, heading, .. } = styles;
        writeln!(f, "{title}{subject} does not pass {}{title:#}", check.id)?;
        writeln!(f, "{}\n", check.demands)?;
        self.facts(f, styles)?;
        writeln!(f)?;
        for (number, sentence) in self.likely.iter().enumerate() {
            let label = if number == 0 { "Likely cause:" } else { "             " };
            writeln!(f, "{heading}{label}{heading:#} {}", wrapped(sentence, label.len() + 1))?;
        }
        if !check.hint.is_empty() {
            writeln!(f, "{heading}Hint:{heading:#} {}", wrapped(check.hint, "Hint: ".len()))?;
        }
        let page = check.section;
        write!(f, "{heading}Read:{heading:#} {BOOK}/{page} (while cargo run -p book is running)")
    }

    /// What has happened, without a guess at the reason.
    fn facts(&self, f: &mut impl Write, styles: &Styles) -> fmt::Result {
        let (broken, failed) = (&self.broken, styles.failed);
        self.steps(f, styles)?;
        writeln!(f, "        expected  {}", broken.expected)?;
        writeln!(f, "        got       {}", broken.got)?;
        if let Some(caret) = &broken.caret {
            let before = " ".repeat("        got       ".len() + caret.column);
            writeln!(f, "{before}{failed}^{failed:#} {}", caret.says)?;
        }
        self.outputs(f, styles)
    }

    fn steps(&self, f: &mut impl Write, Styles { failed, aside, .. }: &Styles) -> fmt::Result {
        let steps = &self.record.steps;
        let Some((last, before)) = steps.split_last() else { return Ok(()) };
        let mut number = 0;
        while number < before.len() {
            let Repeated { length, times } = repeated(&before[number..]);
            for step in &before[number..number + length] {
                number += 1;
                writeln!(f, "    {number:2}  {step}")?;
            }
            let more = length * (times - 1);
            if more > 0 {
                let what = if length == 1 { "the same" } else { "these steps" };
                writeln!(f, "        {aside}… {what}, {} times more …{aside:#}", times - 1)?;
            }
            number += more;
        }
        writeln!(f, "{failed}--> {:2}  {last}{failed:#}", steps.len())
    }

    fn outputs(&self, f: &mut impl Write, Styles { aside, .. }: &Styles) -> fmt::Result {
        let programs = &self.record.programs;
        for program in programs {
            let name = &program.name;
            let runs = programs.iter().filter(|other| other.name == *name);
            // Which of its runs, where there are several.
            match runs.clone().count() {
                1 => writeln!(f, "\nwhat {name} wrote")?,
                _ => {
                    let earlier = |run: &&Started| !Arc::ptr_eq(&run.output, &program.output);
                    let run = runs.take_while(earlier).count() + 1;
                    writeln!(f, "\nwhat {name} wrote in its run {run}")?;
                }
            }
            let wrote = program.output.text();
            match wrote.is_empty() {
                true => writeln!(f, "    nothing")?,
                false => {
                    wrote.iter().try_for_each(|line| writeln!(f, "    {aside}{line}{aside:#}"))?
                }
            }
        }
        Ok(())
    }
}

/// Steps that come again and again, but for their numbers: how many, and how often.
struct Repeated {
    length: usize,
    times: usize,
}

/// What these steps begin with. A check may greet hundreds of clients.
fn repeated(steps: &[String]) -> Repeated {
    let same = |one: &String, other: &String| {
        let words = |step: &String| step.replace(|c: char| c.is_ascii_digit(), "");
        words(one) == words(other)
    };
    for length in 1..=6.min(steps.len() / 3) {
        let block = &steps[..length];
        let again =
            |other: &&[String]| block.iter().zip(*other).all(|(one, other)| same(one, other));
        let times = steps.chunks_exact(length).take_while(again).count();
        if times >= 3 {
            return Repeated { length, times };
        }
    }
    Repeated { length: 1, times: 1 }
}

/// A sentence that begins in this column, and goes on in it.
fn wrapped(sentence: &str, column: usize) -> String {
    let lines = textwrap::wrap(sentence, textwrap::Options::new(WIDTH - column).break_words(false));
    lines.join(&format!("\n{}", " ".repeat(column)))
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &PLAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Caret, check};
    use crate::output::written;
    use crate::patience::must_pass;
    use crate::trace::Trace;

    const CHECK: Check = check("answers", |_| Ok(()))
        .demands("The server answers.")
        .hint("What is the server doing while the client waits for its answer, and what would it have to hear from the client before it begins to write?")
        .section("02-2-server.html#the-repair");

    /// A report of these steps, and of programs that have ended, with what they wrote.
    fn report(steps: &[&str], programs: &[(&str, &str)], broken: Broken) -> Report {
        let trace = Trace::new(must_pass());
        steps.iter().for_each(|step| trace.step(step));
        for (name, wrote) in programs {
            let output = written(wrote, "");
            trace.started(name, &output, 1);
            trace.found(&output, |program| program.over = true);
        }
        Report::new(&CHECK, "server", trace.take(), broken)
    }

    fn wrong_bytes() -> Broken {
        let caret = Some(Caret { column: 12, says: "right so far: 3 bytes".into() });
        Broken { caret, ..Broken::new("6 bytes \"hello\\n\"", "4 bytes \"help\"") }
    }

    #[test]
    fn a_report_is_read_from_top_to_bottom() {
        let steps = [
            "start",
            "client 1 comes",
            "client 1 goes",
            "client 2 comes",
            "client 2 goes",
            "client 3 comes",
            "client 3 goes",
            "wait",
            "wait",
            "wait",
            "wait",
            "look",
            "receive",
        ];
        let programs = [("server", ""), ("nc", "hi\n"), ("server", "one\ntwo\n"), ("server", "")];
        let report = report(&steps, &programs, wrong_bytes());
        let told = r#"     1  start
     2  client 1 comes
     3  client 1 goes
        … these steps, 2 times more …
     8  wait
        … the same, 3 times more …
    12  look
--> 13  receive
        expected  6 bytes "hello\n"
        got       4 bytes "help"
                              ^ right so far: 3 bytes

what server wrote in its run 1
    nothing

what nc wrote
    stdout | hi

what server wrote in its run 2
    stdout | one
    stdout | two

what server wrote in its run 3
    nothing
"#;
        assert_eq!(report.told(), told);
        let title = "server does not pass answers\nThe server answers.\n\n";
        let rest = "
Hint: What is the server doing while the client waits for its answer, and what would it have to hear
      from the client before it begins to write?
Read: http://127.0.0.1:3000/02-2-server.html#the-repair (while cargo run -p book is running)";
        assert_eq!(report.to_string(), [title, told, rest].concat());
        assert_eq!(report.line(), r#"expected 6 bytes "hello\n", got 4 bytes "help""#);
        assert!(report.likely().is_empty());
        assert_eq!(report.check().id, "answers");

        let coloured = report.coloured();
        assert!(coloured.starts_with("\x1b[1mserver does not pass answers\x1b[0m\n"));
        let plain = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(plain, report.to_string());
    }

    #[test]
    fn a_report_names_the_likely_causes() {
        let lossy = || Broken::new("exit code 1", "exit code 0");
        let mut report = report(&["run"], &[("server", "")], lossy());
        let cause = "server took an error for success: what does its `main` return?";
        assert_eq!((report.likely(), &*report.line()), (&[cause.to_string()][..], cause));
        report.likely.push("And another, in a sentence that is a little longer than what one line of a report has room for.".into());
        report.check.hint = "";
        let causes = "
what server wrote
    nothing

Likely cause: server took an error for success: what does its `main` return?
              And another, in a sentence that is a little longer than what one line of a report has
              room for.
Read: ";
        assert!(report.to_string().contains(causes), "{report}");
    }

    #[test]
    fn steps_that_repeat_are_found() {
        let found = |steps: &[&str]| {
            let steps: Vec<String> = steps.iter().map(|step| step.to_string()).collect();
            let Repeated { length, times } = repeated(&steps);
            (length, times)
        };
        assert_eq!(found(&["start"]), (1, 1));
        assert_eq!(found(&["client 1 sends", "client 2 sends", "stop"]), (1, 1));
        assert_eq!(found(&["client 1 sends", "client 22 sends", "client 3 sends", "stop"]), (1, 3));
        assert_eq!(found(&["a 1", "b", "a 2", "b", "a 3", "b", "a 4"]), (2, 3));
    }
}
