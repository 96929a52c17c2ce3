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

/// How many steps a report shows from each end.
const STEPS: usize = 16;

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
        let last = self.record.steps.len();
        for (number, step) in (1..).zip(&self.record.steps) {
            // A check may greet hundreds of clients; what counts is how it began and what failed.
            if number > STEPS && number + STEPS <= last {
                if number == STEPS + 1 {
                    writeln!(f, "        {aside}… and {} steps more …{aside:#}", last - 2 * STEPS)?;
                }
                continue;
            }
            match number == last {
                true => writeln!(f, "{failed}--> {number:2}  {step}{failed:#}")?,
                false => writeln!(f, "    {number:2}  {step}")?,
            }
        }
        Ok(())
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
