use std::fmt::{self, Display, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use super::cause;
use crate::actors::{Record, Run};
use crate::check::{Broken, Check};
use crate::words::{harmless, report as words};

/// What a failing check prints: as plain text by `Display`, for a terminal by [`Report::coloured`].
pub struct Report {
    check: Check<Run>,
    subject: String,
    record: Record,
    broken: Broken,
    likely: Vec<String>,
}

/// The width to which sentences are wrapped. What programs wrote is not.
const WIDTH: usize = 100;

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
    pub(crate) fn new(check: &Check<Run>, subject: &str, record: Record, broken: Broken) -> Report {
        let likely = cause::likely(subject, &record, &broken);
        // What programs wrote may be in all of these.
        let safe = |text: String| harmless(&text).into_owned();
        let mut record = record;
        record.steps = record.steps.into_iter().map(safe).collect();
        let likely = likely.into_iter().map(safe).collect();
        let (expected, got) = (safe(broken.expected), safe(broken.got));
        let broken = Broken { expected, got, ..broken };
        Report { check: *check, subject: subject.into(), record, broken, likely }
    }

    pub fn check(&self) -> &Check<Run> {
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

    /// The question for the step that failed.
    pub(crate) fn hint(&self) -> &'static str {
        self.broken.hint.unwrap_or(self.check.hint)
    }

    /// The report in one line.
    pub fn line(&self) -> String {
        match self.likely.first() {
            Some(likely) => likely.clone(),
            None => {
                let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                words::in_one_line(&line(&self.broken.expected), &line(&self.broken.got))
            }
        }
    }

    fn write(&self, f: &mut impl Write, styles: &Styles) -> fmt::Result {
        let Report { check, subject, .. } = self;
        let Styles { title, heading, .. } = styles;
        writeln!(f, "{title}{}{title:#}", words::title(subject, check.id))?;
        writeln!(f, "{}\n", check.demands)?;
        self.facts(f, styles)?;
        writeln!(f)?;
        for (number, sentence) in self.likely.iter().enumerate() {
            let label = words::LIKELY_CAUSE;
            let width = label.chars().count();
            let label = if number == 0 { label } else { &" ".repeat(width) };
            writeln!(f, "{heading}{label}{heading:#} {}", wrapped(sentence, width + 1))?;
        }
        if !self.hint().is_empty() {
            let label = words::HINT;
            let hint = wrapped(self.hint(), label.chars().count() + 1);
            writeln!(f, "{heading}{label}{heading:#} {hint}")?;
        }
        write!(f, "{heading}{}{heading:#} {}", words::READ, words::page(check.section))
    }

    /// What has happened, without a guess at the reason.
    fn facts(&self, f: &mut impl Write, styles: &Styles) -> fmt::Result {
        let (broken, failed) = (&self.broken, styles.failed);
        self.steps(f, styles)?;
        writeln!(f, "{}{}", words::EXPECTED, broken.expected)?;
        writeln!(f, "{}{}", words::GOT, broken.got)?;
        if let Some(caret) = &broken.caret {
            let before = " ".repeat(words::GOT.chars().count() + caret.column);
            writeln!(f, "{before}{failed}^{failed:#} {}", caret.says)?;
        }
        if let Some(seed) = self.record.seed {
            writeln!(f, "\n{}", words::seed(seed))?;
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
                writeln!(f, "        {aside}{}{aside:#}", words::repeated(length, times - 1))?;
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
            let number = (runs.clone().count() > 1).then(|| {
                runs.take_while(|run| !Arc::ptr_eq(&run.output, &program.output)).count() + 1
            });
            let wrote = number.map_or_else(|| words::wrote(name), |run| words::wrote_in(name, run));
            writeln!(f, "\n{wrote}")?;
            let wrote = program.output.text();
            match wrote.is_empty() {
                true => writeln!(f, "    {}", words::NOTHING)?,
                false => wrote
                    .iter()
                    .try_for_each(|line| writeln!(f, "    {aside}{}{aside:#}", harmless(line)))?,
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
    use super::{Repeated, repeated};

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
