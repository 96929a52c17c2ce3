//! The grade while it comes about, for a program that shows it: lines of JSON, each as soon as there is
//! something to tell, on the [channel](crate::machine::Channel) of the record, which no graded program can open.
//!
//! - `{"live": "checks", "lesson": …, "checks": […]}` comes first: what is demanded, in the order of the
//!   assignment.
//! - `{"live": "running", "check": …}`: the check has begun.
//! - `{"live": "step", "step": …, "at": …}`: the check begins this step. Only where [`STEPS`](crate::STEPS) asks for it, which
//!   makes sense with one check.
//! - `{"live": "ended", "check": …, "status": …}`: it is over. This is its line of the record, with the
//!   report in parts as well, since a page need not show everything at once.

use std::io::Read;
use std::process::exit;
use std::thread;

use serde_json::{Value, json};

use crate::actors::Check;
use crate::machine::tell;
use crate::report::Report;
use crate::suite::record::{Graded, Status};
use crate::words::text;

/// The environment variable that asks for these lines. The program that sets it sends a key on the suite's stdin
/// first, and holds that open; when stdin ends, so does the suite, with all that it has started.
pub const LIVE: &str = "GRADER_LIVE";

pub(crate) fn is_wanted() -> bool {
    std::env::var_os(LIVE).is_some()
}

/// Ends this process when the program that shows the grade is gone, even if it was killed.
pub(crate) fn end_with_stdin() {
    thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin().by_ref(), &mut std::io::sink());
        // What it has started is ended when it is gone, whatever way it goes (see `watch.rs`).
        exit(1);
    });
}

pub(crate) fn checks(lesson: &str, checks: &[Check], begun: bool) {
    tell(&list(lesson, checks, begun));
}

fn list(lesson: &str, checks: &[Check], begun: bool) -> Value {
    let check = |check: &Check| {
        let missing = check.needs.missing();
        let status = match missing {
            _ if !begun => Status::NotStarted.name(),
            Some(_) => Status::NotAvailable.name(),
            None => "waiting",
        };
        json!({
            "check": check.id,
            "demands": text(check.demands),
            "section": check.section,
            "hint": text(check.hint),
            "status": status,
            "message": missing.unwrap_or_default(),
        })
    };
    let checks: Vec<Value> = checks.iter().map(check).collect();
    json!({ "live": "checks", "lesson": lesson, "checks": checks })
}

pub(crate) fn running(check: &Check) {
    tell(&json!({ "live": "running", "check": check.id }));
}

pub(crate) fn ended(graded: &Graded, report: Option<&Report>) {
    let mut line = graded.to_json();
    line["live"] = "ended".into();
    if let Some(report) = report {
        line["report"] = report.told().into();
        line["likely"] = report.likely().into();
        line["hint"] = report.hint().into();
    }
    tell(&line);
}

#[cfg(test)]
mod tests {
    use super::list;
    use crate::check::{Needs, check};

    #[test]
    fn what_has_not_begun_is_not_started() {
        let checks = [Needs::Nothing, Needs::Program("no-such-tool")]
            .map(|needs| check("works", |_| Ok(())).needs(needs));
        let statuses = |begun| {
            let list = list("lesson09", &checks, begun);
            [0, 1].map(|place| list["checks"][place]["status"].as_str().unwrap().to_owned())
        };
        assert_eq!(statuses(true), ["waiting", "not available"]);
        assert_eq!(statuses(false), ["not started", "not started"]);
    }
}
