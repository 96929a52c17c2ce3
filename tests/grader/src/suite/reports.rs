//! The reports of a run on a terminal. Where a program fails in several milestones, the reports of the first of
//! them are shown in full, and of the others a line each: a reader who has just begun would drown in them.

use crate::actors::Check;
use crate::report::Report;
use crate::words::suite as words;

pub(crate) struct Reports {
    /// In the order of the assignment.
    checks: &'static [Check],
    /// The checks that run and haven't ended.
    awaited: Vec<&'static str>,
    /// In the order in which they have come.
    all: Vec<Report>,
    shown: Vec<&'static str>,
}

/// What becomes of a report.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Now,
    /// A check of an earlier milestone hasn't ended.
    Waits,
    /// A check of this milestone, an earlier one, has failed.
    Behind(usize),
}

impl Reports {
    pub(crate) fn on(checks: &'static [Check]) -> Reports {
        Reports { checks, awaited: Vec::new(), all: Vec::new(), shown: Vec::new() }
    }

    /// These checks are about to run.
    pub(crate) fn expect(&mut self, ids: impl Iterator<Item = &'static str>) {
        self.awaited.extend(ids);
    }

    /// A check has ended, with this report if it hasn't passed. Returns the reports to show now, with colours.
    pub(crate) fn ended(&mut self, id: &str, report: Option<Report>) -> Vec<String> {
        self.awaited.retain(|awaited| *awaited != id);
        self.all.extend(report);
        let is_due = |report: &&Report| {
            let id = report.check().id;
            !self.shown.contains(&id) && self.turn(id) == Turn::Now
        };
        let due: Vec<&Report> = self.all.iter().filter(is_due).collect();
        let ids: Vec<&str> = due.iter().map(|report| report.check().id).collect();
        let due = due.iter().map(|report| report.coloured()).collect();
        self.shown.extend(ids);
        due
    }

    /// What is said of a check that hasn't passed when all have ended.
    pub(crate) fn summary(&self, lesson: &str, id: &str) -> String {
        let Some(report) = self.all.iter().find(|report| report.check().id == id) else {
            return String::new();
        };
        match self.turn(id) {
            Turn::Behind(milestone) => {
                words::reported_later(milestone, lesson, report.subject(), id)
            }
            _ if self.shown.contains(&id) => {
                format!("{}\n{}", report.line(), words::reported_above())
            }
            // A check before it ended in no regular way.
            _ => report.coloured(),
        }
    }

    /// The report to begin with: the first in the order of the assignment.
    pub(crate) fn first(&self) -> Option<&Report> {
        let place = |id: &str| self.checks.iter().position(|check| check.id == id);
        // One that could not be judged says less than one that failed.
        self.all.iter().min_by_key(|report| (!report.is_judged(), place(report.check().id)))
    }

    fn turn(&self, id: &str) -> Turn {
        let own = self.milestone(id);
        let failed = self.all.iter().filter(|report| report.is_judged());
        let first = failed.map(|report| self.milestone(report.check().id)).min();
        if let Some(first) = first.filter(|first| *first < own) {
            return Turn::Behind(first);
        }
        match self.awaited.iter().any(|awaited| self.milestone(awaited) < own) {
            true => Turn::Waits,
            false => Turn::Now,
        }
    }

    /// The number of the milestone that a check is a part of; 0 where there are none.
    fn milestone(&self, id: &str) -> usize {
        let end = self.checks.iter().position(|check| check.id == id).map_or(0, |place| place + 1);
        self.checks[..end].iter().filter(|check| check.milestone.is_some()).count()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Reports;
    use crate::actors::{Check, Trace};
    use crate::check::{Broken, check};
    use crate::report::Report;

    const CHECKS: &[Check] = &[
        check("one", |_| Ok(())).begins("The start", ""),
        check("two", |_| Ok(())),
        check("three", |_| Ok(())).begins("The middle", ""),
        check("four", |_| Ok(())).begins("The end", ""),
    ];

    fn report(place: usize) -> Option<Report> {
        let trace = Trace::new(Duration::ZERO).take();
        Some(Report::new(&CHECKS[place], "exercise09", trace, Broken::new("this", "that")))
    }

    /// All checks, of which these have ended so, in this order; and how many reports each of them has shown.
    fn run(ended: &[(usize, bool)]) -> (Reports, Vec<usize>) {
        let mut reports = Reports::on(CHECKS);
        reports.expect(CHECKS.iter().map(|check| check.id));
        let shown = ended.iter().map(|&(place, passes)| {
            let report = if passes { None } else { report(place) };
            reports.ended(CHECKS[place].id, report).len()
        });
        let shown = shown.collect();
        (reports, shown)
    }

    #[test]
    fn of_a_later_milestone_there_is_a_line() {
        let (reports, shown) = run(&[(3, false), (1, false), (2, false), (0, false)]);
        assert_eq!(shown, [0, 1, 0, 1]);
        let later = "also fails; its report comes when milestone 1 passes. \
                     To see it now: cargo test -p lesson09 exercise09::four";
        assert_eq!(reports.summary("lesson09", "four"), later);
        assert!(reports.summary("lesson09", "one").ends_with("(its report is above)"));
        assert_eq!(reports.first().map(|first| first.check().id), Some("one"));
    }

    #[test]
    fn what_waits_is_shown_when_the_milestones_before_it_pass() {
        let (reports, shown) = run(&[(2, false), (3, false), (0, true), (1, true)]);
        assert_eq!(shown, [0, 0, 0, 1]);
        let says = |id| reports.summary("lesson09", id);
        assert!(says("three").ends_with("(its report is above)"), "{}", says("three"));
        assert!(says("four").contains("when milestone 2 passes"), "{}", says("four"));
    }

    #[test]
    fn a_check_by_itself_is_shown() {
        let mut reports = Reports::on(CHECKS);
        reports.expect(["four"].into_iter());
        assert_eq!(reports.ended("four", report(3)).len(), 1);
    }

    #[test]
    fn no_report_is_lost() {
        // The first check never ends, as when it panics outside of what it does.
        let (reports, shown) = run(&[(3, false)]);
        assert_eq!(shown, [0]);
        assert!(reports.summary("lesson09", "four").contains("exercise09 does not pass four"));
    }
}
