use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anstream::println;
use harness::{Arguments, Failed, Format, Trial};

use crate::actors::{Check, Subject};
use crate::machine::workspace;
use crate::report::{self, Report};
use crate::suite::judge::{exactly, right, trial};
use crate::suite::live;
use crate::suite::record::{Graded, Status};
use crate::suite::reports::Reports;
use crate::suite::starter::{self, Begun, begun};
use crate::words::{Language, speaking, suite as words, text};

/// A lesson's exercise: what it demands, the reader's program, and one right answer.
pub struct Exercise {
    pub(crate) checks: &'static [Check],
    /// `exercise.rs`: a starter until the reader begins it.
    pub(crate) yours: Subject,
    pub(crate) solution: Subject,
    starter_fails: &'static [&'static str],
    pub(crate) robustness: Vec<Check>,
}

impl Exercise {
    /// The exercise whose programs have these names, with its checks in the order of the assignment.
    pub fn new(yours: &str, solution: &str, checks: &'static [Check]) -> Exercise {
        let (yours, solution) = (Subject::built(yours), Subject::built(solution));
        Exercise { checks, yours, solution, starter_fails: &[], robustness: Vec::new() }
    }

    /// The checks that the untouched starter fails, and no others.
    pub fn starter_fails(mut self, checks: &'static [&'static str]) -> Exercise {
        self.starter_fails = checks;
        self
    }

    /// What right answers must withstand because people copy them. The exercise doesn't ask for it, so it
    /// is no part of the grade.
    pub fn robustness(mut self, checks: &[Check]) -> Exercise {
        self.robustness.extend_from_slice(checks);
        self
    }

    /// `exercise02`.
    pub(crate) fn name(&self) -> String {
        self.yours.name.clone()
    }
}

/// How the reader sees what a check has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// On a terminal or in a log: each report immediately, and one line on each in the harness's summary.
    AtOnce,
    /// In the harness's events, for programs that read them.
    AsEvents,
    /// As lines of the live record.
    Live,
}

impl Shown {
    /// What the command line asks for. Colours, too: none unless stdout is a terminal, and none with
    /// `NO_COLOR` (no-color.org).
    pub(crate) fn by(arguments: &Arguments) -> Shown {
        arguments.color.write_global();
        match arguments.format {
            _ if live::is_wanted() => Shown::Live,
            Format::Json => Shown::AsEvents,
            _ => Shown::AtOnce,
        }
    }
}

/// How the reader's program has done so far.
#[derive(Clone)]
pub(crate) struct Grade {
    lesson: String,
    name: String,
    begun: Begun,
    /// A file of the lesson that has been changed instead of the exercise.
    edited_instead: Option<PathBuf>,
    /// In the order of the assignment.
    checks: &'static [Check],
    shown: Shown,
    /// Of the reader.
    language: Language,
    results: Arc<Mutex<Vec<Graded>>>,
    reports: Arc<Mutex<Reports>>,
}

impl Exercise {
    /// The reader's program, graded or listed as ignored; the solution, which passes everything; and
    /// the starter, which fails what it names.
    pub(crate) fn trials(
        &self,
        lesson: &str,
        directory: &Path,
        shown: (Shown, Language),
        trials: &mut Vec<Trial>,
    ) -> Grade {
        let file = directory.join("exercise.rs");
        let state = begun(&file, &self.yours.name);
        let mut grade = Grade::new(lesson, &self.yours.name, state, self.checks, shown);
        let exercise = self.yours.name.clone();
        match state {
            Begun::Yes => {}
            Begun::No => {
                grade.edited_instead = starter::changed_instead(directory);
                let name = format!("starter::{exercise}::is_kept");
                trials.push(Trial::test(name, move || Ok(starter::is_kept(&file, &exercise)?)));
            }
            Begun::MarkerLeft => {
                let name = format!("{exercise}::delete_the_first_line");
                trials.push(Trial::test(name, move || {
                    let marker_left = || starter::marker_left(&file, &exercise);
                    Ok(speaking(shown.1, marker_left)?)
                }));
            }
        }
        for &check in self.checks {
            trials.push(grade.trial(check, &self.yours));
        }
        trials.extend(right(&self.solution, "", self.checks));
        if state == Begun::No {
            let (checks, starter, fails) = (self.checks, self.yours.clone(), self.starter_fails);
            let name = format!("starter::{}", starter.name);
            trials.push(Trial::test(name, move || Ok(exactly(checks, &starter, fails)?)));
        }
        grade
    }
}

impl Grade {
    pub(crate) fn new(
        lesson: &str,
        name: &str,
        begun: Begun,
        checks: &'static [Check],
        (shown, language): (Shown, Language),
    ) -> Grade {
        Grade {
            lesson: lesson.into(),
            name: name.into(),
            begun,
            edited_instead: None,
            checks,
            shown,
            language,
            results: Arc::default(),
            reports: Arc::new(Mutex::new(Reports::on(checks))),
        }
    }

    pub(crate) fn is_untouched(&self) -> bool {
        self.begun == Begun::No
    }

    fn is_begun(&self) -> bool {
        self.begun == Begun::Yes
    }

    /// One check of the reader's program.
    pub(crate) fn trial(&self, check: Check, subject: &Subject) -> Trial {
        let name = format!("{}::{}", subject.name, check.id);
        if !self.is_begun() {
            return Trial::test(name, || Err("the exercise has not been started".into()))
                .with_kind("not started")
                .with_ignored_flag(true);
        }
        let (grade, subject) = (self.clone(), subject.clone());
        trial(name, check, move || speaking(grade.language, || grade.judge(check, &subject)))
    }

    fn judge(&self, check: Check, subject: &Subject) -> Result<(), Failed> {
        let start = Instant::now();
        if self.shown == Shown::Live {
            live::running(&check);
        }
        let outcome = report::grade(&check, subject);
        let status = match &outcome {
            Ok(()) => Status::Passed,
            Err(report) if report.is_judged() => Status::Failed,
            Err(_) => Status::NotJudged,
        };
        let message = outcome.as_ref().err().map(Box::to_string).unwrap_or_default();
        let graded = self.graded(&check, status, message, start.elapsed());
        if self.shown == Shown::Live {
            live::ended(&graded, outcome.as_ref().err().map(|report| &**report));
        }
        lock(&self.results).push(graded);
        self.ended(check.id, outcome.err())
    }

    /// What is known before the first check has begun, for a program that shows the grade live.
    pub(crate) fn introduce(&self) {
        if self.shown == Shown::Live {
            let checks = || live::checks(&self.lesson, self.checks, self.is_begun());
            speaking(self.language, checks);
        }
    }

    /// The checks that are about to run: those with one of these names, which this machine can run.
    pub(crate) fn expect(&self, names: &[&str]) {
        let is_run = |check: &&Check| {
            let name = format!("{}::{}", self.name, check.id);
            names.contains(&&*name) && check.needs.missing().is_none()
        };
        lock(&self.reports).expect(self.checks.iter().filter(is_run).map(|check| check.id));
    }

    /// Shows the reports that are due when a check has ended. What it returns is for the harness.
    fn ended(&self, id: &'static str, report: Option<Box<Report>>) -> Result<(), Failed> {
        match (self.shown, report) {
            (Shown::AtOnce, report) => {
                let (grade, language) = (self.clone(), self.language);
                // It's asked for in another thread.
                let summary = move || lock(&grade.reports).summary(&grade.lesson, id);
                let why = move || speaking(language, summary);
                let outcome = report.as_ref().map_or(Ok(()), |_| Err(Failed::because(why)));
                let due = lock(&self.reports).ended(id, report.map(|report| *report));
                // The harness may be in the middle of a line.
                due.iter().for_each(|report| println!("\n{report}\n"));
                outcome
            }
            (_, None) => Ok(()),
            (Shown::AsEvents, Some(report)) => Err(report.to_string().into()),
            (Shown::Live, Some(report)) => Err(report.line().into()),
        }
    }

    /// The end of what the reader sees: the report to begin with, if it is not on the screen any more, and
    /// the grade in one line.
    pub(crate) fn show(&self) {
        if self.shown == Shown::AtOnce {
            speaking(self.language, || self.show_at_once());
        }
    }

    fn show_at_once(&self) {
        let Some(line) = self.line() else { return };
        // Where only one check has run, its report is still on the screen.
        if lock(&self.results).len() > 1
            && let Some(first) = lock(&self.reports).first()
        {
            println!("{}\n\n{}\n", crate::words::report::begin_with(), first.coloured());
        }
        for milestone in self.milestones() {
            println!("{milestone}");
        }
        println!("{line}\n");
        let name = &self.lesson;
        if self.is_passed() {
            let solution = format!("lessons/{name}/solution.rs");
            println!("{}", words::compare_with(&solution));
            if let Some((title, next)) = self.next_page() {
                println!("{}", words::read_next(&title, &report::page(&next)));
            }
            println!();
        }
    }

    /// Whether the reader is done with this exercise.
    fn is_passed(&self) -> bool {
        let results = lock(&self.results);
        results.len() == self.checks.len()
            && results.iter().all(|graded| graded.status == Status::Passed)
    }

    /// Where the page with this exercise sends its reader at its end: a title, and a page.
    fn next_page(&self) -> Option<(String, String)> {
        let chapters = fs::read_dir(workspace().join("book/chapters")).ok()?;
        let list = format!("{{{{#include checks/{}.html}}}}", self.lesson);
        let mut texts = chapters.flatten().filter_map(|file| fs::read_to_string(file.path()).ok());
        let page = texts.find(|text| text.contains(&list))?;
        let (_, card) = page.split_once("<div class=\"next\">")?;
        let (title, file) = card.split_once('[')?.1.split_once("](")?;
        Some((title.to_owned(), format!("{}.html", file.split_once(".md")?.0)))
    }

    fn graded(&self, check: &Check, status: Status, message: String, time: Duration) -> Graded {
        Graded { lesson: self.lesson.clone(), check: check.id.into(), status, message, time }
    }

    /// What is known of each check, in the order of the assignment. Nothing of those that were not
    /// asked for.
    pub(crate) fn results(&self) -> Vec<Graded> {
        speaking(self.language, || self.all_results())
    }

    fn all_results(&self) -> Vec<Graded> {
        let results = lock(&self.results);
        let result = |check: &Check| {
            let not_run = |status, why| Some(self.graded(check, status, why, Duration::ZERO));
            match results.iter().find(|graded| graded.check == check.id) {
                Some(graded) => Some(graded.clone()),
                None if self.begun == Begun::No => not_run(Status::NotStarted, String::new()),
                None if self.begun == Begun::MarkerLeft => {
                    not_run(Status::Failed, format!("exercise.rs {}", words::marker_left()))
                }
                None => not_run(Status::NotAvailable, check.needs.missing()?),
            }
        };
        self.checks.iter().filter_map(result).collect()
    }

    /// How far each milestone is: `Milestone 1 (One client is answered): 7 of 7, done`. Nothing where only some of the
    /// checks have run, or where there's one milestone at most.
    fn milestones(&self) -> Vec<String> {
        let results = self.results();
        let mut milestones: Vec<(&str, usize, usize)> = Vec::new();
        if !self.is_begun() || results.len() < self.checks.len() {
            return Vec::new();
        }
        for check in self.checks {
            if let Some(begins) = check.milestone {
                milestones.push((begins.name, 0, 0));
            }
            let is_passed =
                |graded: &Graded| graded.check == check.id && graded.status == Status::Passed;
            if let Some((_, passed, of)) = milestones.last_mut() {
                *passed += usize::from(results.iter().any(is_passed));
                *of += 1;
            }
        }
        if milestones.len() < 2 {
            return Vec::new();
        }
        let line = |(number, &(name, passed, of)): (usize, &(&str, usize, usize))| {
            words::milestone(number, &text(name), passed, of)
        };
        (1..).zip(&milestones).map(line).collect()
    }

    /// The grade in one line: `exercise02: 5 of 9 checks; next: reads_the_whole_request`.
    fn line(&self) -> Option<String> {
        let (name, of) = (&self.name, self.checks.len());
        if !self.is_begun() {
            let line = match self.begun {
                Begun::MarkerLeft => format!("{name} {}", words::marker_left()),
                _ => words::not_started(name),
            };
            let instead = self.edited_instead.as_ref().map(|file| {
                let file = file.strip_prefix(workspace()).unwrap_or(file).display();
                format!("\n{}", words::edited_elsewhere(&file.to_string(), name))
            });
            return Some(line + &instead.unwrap_or_default());
        }
        let results = self.results();
        let with = |status| results.iter().filter(move |graded| graded.status == status);
        let passed = with(Status::Passed).count();
        if results.is_empty() {
            // The command line asked for other tests.
            return None;
        }
        let grade = match passed == of {
            true => words::all_checks(name, of),
            false => words::some_checks(name, passed, of),
        };
        let others = [
            (of - results.len(), words::not_run as fn(usize) -> String),
            (with(Status::NotAvailable).count(), words::not_available),
            (with(Status::NotJudged).count(), words::not_judged),
        ];
        let others = others.iter().filter(|(count, _)| *count > 0);
        let others: String = others.map(|(count, says)| says(*count)).collect();
        let next = with(Status::Failed).chain(with(Status::NotJudged)).next();
        Some(grade + &others + &next.map(|next| words::next(&next.check)).unwrap_or_default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use harness::{Arguments, Format};

    use super::{Grade, Shown, lock};
    use crate::actors::Check;
    use crate::check::{Needs, check};
    use crate::suite::record::Status;
    use crate::suite::starter::Begun;
    use crate::words::Language;

    const CHECKS: &[Check] =
        &[check("one", |_| Ok(())), check("two", |_| Ok(())), check("three", |_| Ok(()))];

    const ENGLISH: (Shown, Language) = (Shown::AtOnce, Language::English);

    /// A grade with these results, which have come in this order.
    fn grade(begun: bool, checks: &'static [Check], results: &[(usize, Status)]) -> Grade {
        let begun = if begun { Begun::Yes } else { Begun::No };
        let grade = Grade::new("lesson09", "exercise09", begun, checks, ENGLISH);
        for &(place, status) in results {
            let graded = grade.graded(&checks[place], status, String::new(), Duration::ZERO);
            lock(&grade.results).push(graded);
        }
        grade
    }

    #[test]
    fn the_grade_is_one_line() {
        use Status::{Failed, NotJudged, Passed};
        let line = |results: &[_]| grade(true, CHECKS, results).line();
        let is = |results: &[_], expected: &str| {
            assert_eq!(line(results).as_deref(), Some(expected));
        };
        is(&[(0, Passed), (1, Passed), (2, Passed)], "exercise09: all 3 checks");
        is(&[(2, Passed), (1, Failed), (0, Passed)], "exercise09: 2 of 3 checks; next: two");
        // The next one is the first of the assignment, not the first that has failed.
        is(&[(2, Failed), (0, Failed), (1, Passed)], "exercise09: 1 of 3 checks; next: one");
        is(&[(0, Passed)], "exercise09: 1 of 3 checks, 2 not run");
        is(&[(1, Failed)], "exercise09: 0 of 3 checks, 2 not run; next: two");
        is(
            &[(0, Passed), (1, NotJudged), (2, Failed)],
            "exercise09: 1 of 3 checks, 1 not judged (the machine was busy); next: three",
        );
        is(
            &[(0, Passed), (1, NotJudged), (2, Passed)],
            "exercise09: 2 of 3 checks, 1 not judged (the machine was busy); next: two",
        );
        assert_eq!(line(&[]), None);
        let not_started = grade(false, CHECKS, &[]).line().unwrap();
        assert!(not_started.starts_with("exercise09: not started (delete"), "{not_started}");
    }

    #[test]
    fn each_milestone_has_a_line() {
        use Status::{Failed, Passed};
        const PARTS: &[Check] =
            &[CHECKS[0].begins("The start", ""), CHECKS[1], CHECKS[2].begins("The end", "")];
        let all = [(1, Passed), (2, Failed), (0, Passed)];
        let lines = grade(true, PARTS, &all).milestones();
        assert_eq!(
            lines,
            ["Milestone 1 (The start): 2 of 2, done", "Milestone 2 (The end): 0 of 1"]
        );
        // One check was asked for, there are no parts, or nothing has been begun.
        assert!(grade(true, PARTS, &all[..2]).milestones().is_empty());
        assert!(grade(true, CHECKS, &all).milestones().is_empty());
        assert!(grade(false, PARTS, &[]).milestones().is_empty());
    }

    #[test]
    fn the_next_page_is_the_one_that_the_page_names() {
        let next = |lesson: &str| {
            let grade = Grade::new(lesson, "", Begun::Yes, CHECKS, ENGLISH);
            grade.next_page().map(|(_, page)| page)
        };
        assert_eq!(next("lesson00").as_deref(), Some("02-developing.html"));
        assert_eq!(next("lesson01").as_deref(), Some("02-2-server.html"));
        assert_eq!(next("lesson05").as_deref(), Some("verdicts.html"));
        assert_eq!(next("lesson09"), None);
    }

    #[test]
    fn who_reads_events_gets_no_report_between_them() {
        let shown = |format| Shown::by(&Arguments { format, ..Arguments::default() });
        assert_eq!(shown(Format::Json), Shown::AsEvents);
        assert_eq!(shown(Format::Pretty), Shown::AtOnce);
        assert_eq!(shown(Format::Terse), Shown::AtOnce);
    }

    #[test]
    fn what_has_not_run_has_a_reason() {
        const HERE: &[Check] = &[CHECKS[0], CHECKS[1].needs(Needs::Program("no-such-tool"))];
        let known = |begun, results: &[_]| {
            let results = grade(begun, HERE, results).results().into_iter();
            results.map(|graded| (graded.check, graded.status, graded.message)).collect::<Vec<_>>()
        };
        let two = ("two".into(), Status::NotAvailable, "needs no-such-tool".into());
        assert_eq!(known(true, &[]), std::slice::from_ref(&two));
        let one = |status| ("one".into(), status, String::new());
        assert_eq!(known(true, &[(0, Status::Passed)]), [one(Status::Passed), two]);
        let not_started = ("two".into(), Status::NotStarted, String::new());
        assert_eq!(known(false, &[]), [one(Status::NotStarted), not_started]);
        // Not all can be run here, so they are not all passed.
        let line = grade(true, HERE, &[(0, Status::Passed)]).line();
        assert_eq!(line.as_deref(), Some("exercise09: 1 of 2 checks, 1 not available"));
    }
}
