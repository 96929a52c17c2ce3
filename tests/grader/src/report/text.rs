use std::borrow::Cow;
use std::fmt::{self, Display, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::cause;
use crate::actors::{Record, Run};
use crate::check::{Broken, Check};
use crate::machine::terminal_width;
use crate::words::{report as words, shown, text, wrapped};

/// What a failing check prints: as plain text by `Display`, for a terminal by [`Report::coloured`].
pub struct Report {
    check: Check<Run>,
    subject: String,
    record: Record,
    broken: Broken,
    likely: Vec<String>,
    /// Why the check could not be judged.
    not_judged: Option<String>,
}

/// The width to which sentences are wrapped. What programs wrote is not.
const WIDTH: usize = 100;

/// What begins in a column needs some room.
const NARROWEST: usize = 30;

struct Styles {
    title: Style,
    failed: Style,
    heading: Style,
    aside: Style,
    width: usize,
}

const PLAIN: Styles = Styles {
    title: Style::new(),
    failed: Style::new(),
    heading: Style::new(),
    aside: Style::new(),
    width: WIDTH,
};

const COLOURED: Styles = Styles {
    title: Style::new().bold(),
    failed: AnsiColor::Red.on_default().bold(),
    heading: AnsiColor::Cyan.on_default(),
    aside: Style::new().dimmed(),
    width: WIDTH,
};

impl Report {
    pub(crate) fn new(check: &Check<Run>, subject: &str, record: Record, broken: Broken) -> Report {
        let likely = cause::likely(subject, &record, &broken);
        let mut record = record;
        record.steps.iter_mut().for_each(|step| *step = shown(step));
        let [expected, got] = [&broken.expected, &broken.got].map(|text| shown(text));
        let broken = Broken { expected, got, ..broken };
        let likely = likely.iter().map(|sentence| shown(sentence)).collect();
        let subject = shown(subject);
        Report { check: *check, subject, record, broken, likely, not_judged: None }
    }

    /// The same on a machine on which other programs wanted a processor: how many, and how many processors
    /// it has. Where only the time is wrong that something took, that is the machine's fault and not the
    /// program's. A program that has died, that the grader had to end, or that was asleep while the check waited
    /// for it has failed anyway.
    pub(crate) fn judged_while(self, busy: Option<(usize, usize)>) -> Report {
        let programs = &self.record.programs;
        let of_subject = programs.iter().filter(|program| shown(&program.name) == self.subject);
        let is_well = !of_subject.clone().any(|program| {
            program.gone || program.output.why_cut_off().is_some() || cause::has_died_of(program)
        });
        let mut running = of_subject.filter(|program| !program.over).peekable();
        let hangs = running.peek().is_some() && running.all(|program| program.hangs);
        let busy = busy.filter(|_| self.broken.of_time && is_well && !hangs);
        Report { not_judged: busy.map(|(others, of)| words::machine_busy(others, of)), ..self }
    }

    /// Whether only the time is wrong that something took.
    pub(crate) fn is_of_time(&self) -> bool {
        self.broken.of_time
    }

    /// Whether the program has failed. If not, the machine was too busy to say.
    pub(crate) fn is_judged(&self) -> bool {
        self.not_judged.is_none()
    }

    pub fn check(&self) -> &Check<Run> {
        &self.check
    }

    /// The name under which the program is graded.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// With the escape sequences of a terminal, and as wide as ours.
    pub fn coloured(&self) -> String {
        self.coloured_to(terminal_width().map_or(WIDTH, |width| width.clamp(NARROWEST, WIDTH)))
    }

    pub(crate) fn coloured_to(&self, width: usize) -> String {
        let mut text = String::new();
        let styles = Styles { width, ..COLOURED };
        self.write(&mut text, &styles).expect("a String takes everything");
        text
    }

    /// The steps, what was expected and got, and what the programs wrote.
    pub(crate) fn told(&self) -> String {
        let mut text = String::new();
        self.facts(&mut text, &PLAIN).expect("a String takes everything");
        text
    }

    /// The likely cause, in sentences, or why the check could not be judged.
    pub(crate) fn likely(&self) -> &[String] {
        self.not_judged.as_ref().map_or(&self.likely, std::slice::from_ref)
    }

    /// The question for the step that failed.
    pub(crate) fn hint(&self) -> String {
        text(self.broken.hint.unwrap_or(self.check.hint))
    }

    /// The report in one line.
    pub fn line(&self) -> String {
        if let Some(why) = &self.not_judged {
            return why.clone();
        }
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
        let Styles { title, heading, width, .. } = styles;
        let wrapped = |text: &str, column| wrapped(text, column, *width);
        let line = match self.is_judged() {
            true => words::title(subject, check.id),
            false => words::title_not_judged(subject, check.id),
        };
        writeln!(f, "{title}{line}{title:#}")?;
        writeln!(f, "{}\n", styles.fitted(&text(check.demands), 0))?;
        self.facts(f, styles)?;
        writeln!(f)?;
        if let Some(why) = &self.not_judged {
            writeln!(f, "{}\n\n{}", wrapped(why, 0), words::if_again())?;
        }
        for (number, sentence) in self.likely.iter().enumerate() {
            let label = words::likely_cause();
            let column = label.width();
            let label = if number == 0 { label } else { " ".repeat(column) };
            writeln!(f, "{heading}{label}{heading:#}{}", wrapped(sentence, column))?;
        }
        if !self.hint().is_empty() {
            let label = words::hint();
            let hint = wrapped(&self.hint(), label.width());
            writeln!(f, "{heading}{label}{heading:#}{hint}")?;
        }
        // An address stays in one piece, to be clicked.
        write!(f, "{heading}{}{heading:#}{}", words::read(), page(check.section))
    }

    /// What has happened, without a guess at the reason.
    fn facts(&self, f: &mut impl Write, styles: &Styles) -> fmt::Result {
        let (broken, failed) = (&self.broken, styles.failed);
        self.steps(f, styles)?;
        for (label, text) in [(words::expected(), &broken.expected), (words::got(), &broken.got)] {
            // A caret points at a place in a line.
            let text = match broken.caret {
                Some(_) => text.into(),
                None => styles.fitted(text, label.width()),
            };
            writeln!(f, "{label}{text}")?;
        }
        if let Some(caret) = &broken.caret {
            let before = " ".repeat(words::got().width() + caret.column);
            writeln!(f, "{before}{failed}^{failed:#} {}", caret.says)?;
        }
        if let Some(seed) = self.record.seed {
            writeln!(f, "\n{}", styles.fitted(&words::seed(seed), 0))?;
        }
        self.outputs(f, styles)
    }

    fn steps(&self, f: &mut impl Write, styles: &Styles) -> fmt::Result {
        /// Where the words of a step begin.
        const COLUMN: usize = 8;
        /// The step that failed shall be on the screen with those that led to it.
        const MOST_STEPS: usize = 24;
        const FIRST_STEPS: usize = 4;
        const LAST_STEPS: usize = 16;
        let Styles { failed, aside, .. } = styles;
        let steps = &self.record.steps;
        let Some((last, before)) = steps.split_last() else { return Ok(()) };
        let (mut lines, mut number) = (Vec::new(), 0);
        while number < before.len() {
            let Repeated { length, times } = repeated(&before[number..]);
            for step in &before[number..number + length] {
                number += 1;
                lines.push(format!("    {number:2}  {}", styles.fitted(step, COLUMN)));
            }
            let more = length * (times - 1);
            if more > 0 {
                lines.push(format!(
                    "        {aside}{}{aside:#}",
                    words::repeated(length, times - 1)
                ));
            }
            number += more;
        }
        if lines.len() > MOST_STEPS {
            let middle = FIRST_STEPS..lines.len() - LAST_STEPS;
            let fine = words::left_out(middle.len());
            lines.splice(middle, [format!("        {aside}{fine}{aside:#}")]);
        }
        for line in lines {
            writeln!(f, "{line}")?;
        }
        let last = styles.fitted(last, COLUMN);
        writeln!(f, "{failed}--> {:2}  {last}{failed:#}", steps.len())
    }

    fn outputs(&self, f: &mut impl Write, Styles { aside, .. }: &Styles) -> fmt::Result {
        let programs = &self.record.programs;
        for program in programs {
            let name = &shown(&program.name);
            let runs = programs.iter().filter(|other| other.name == program.name);
            // Which of its runs, where there are several.
            let number = (runs.clone().count() > 1).then(|| {
                runs.take_while(|run| !Arc::ptr_eq(&run.output, &program.output)).count() + 1
            });
            let wrote = number.map_or_else(|| words::wrote(name), |run| words::wrote_in(name, run));
            writeln!(f, "\n{wrote}")?;
            let wrote = program.output.text();
            match wrote.is_empty() {
                true => writeln!(f, "    {}", words::nothing())?,
                false => {
                    wrote.iter().try_for_each(|line| writeln!(f, "    {aside}{line}{aside:#}"))?
                }
            }
        }
        Ok(())
    }
}

/// Where to read a section of the book.
pub(crate) fn page(section: &str) -> String {
    words::page(section, port())
}

/// Where `cargo run -p book` serves the book: the server says so to the suites that it starts.
fn port() -> u16 {
    let given = std::env::var("BOOK_PORT").ok().and_then(|text| text.trim().parse().ok());
    given.filter(|port| *port != 0).unwrap_or(3000)
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

impl Styles {
    /// A line that has the length it has, and is wrapped in a narrow terminal only.
    fn fitted<'a>(&self, line: &'a str, column: usize) -> Cow<'a, str> {
        match self.width < WIDTH {
            true => wrapped(line, column, self.width).into(),
            false => line.into(),
        }
    }
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
