//! A suite that is wrong is told so: nothing else would find out.

use std::fs;
use std::path::Path;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

use super::{Lesson, exactly, perform};
use crate::exercise::{Exercise, Shown};
use crate::proofs::Proofs;
use crate::trouble::Trouble;
use crate::{Broken, Check, Needs, Outcome, Run, Subject, check};

const SECTION: &str = "02-2-server.html#exercise";

const GOOD: Check =
    check("good", |_| Ok(())).demands("It is good.").hint("Is it good?").section(SECTION);

const BETTER: Check =
    check("better", |_| Ok(())).demands("It is better.").hint("Is it better?").section(SECTION);

const EXERCISE: &[Check] =
    &[check("works", |_| Ok(())).demands("It works.").hint("Does it work?").section(SECTION)];

fn program(name: &str) -> Subject {
    Subject::new(name, "/nonexistent")
}

/// A lesson's directory with these files, all of them empty.
fn directory(files: &[&str]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let file = directory.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    directory
}

/// A suite to which nothing is missing, in a directory with `faults/bad.rs` and `exercise.rs`.
fn whole(directory: &Path) -> Lesson {
    Lesson::new("lesson09", directory.to_str().unwrap())
        .checks(&[GOOD])
        .program(program("lesson09"))
        .fault(program("bad"), &["good"])
        .exercise(Exercise {
            checks: EXERCISE,
            yours: program("exercise09"),
            solution: program("solution09"),
            starter_fails: &["works"],
        })
        .wrong_answer(program("bad"), &["works"])
}

/// What the suite says of a lesson with these files besides, and with such a change.
fn missing(files: &[&str], change: fn(Lesson) -> Lesson) -> String {
    let files = [&["faults/bad.rs", "exercise.rs", "solution.rs"], files].concat();
    let directory = directory(&files);
    change(whole(directory.path())).incomplete().join("\n")
}

#[test]
fn a_whole_suite_is_whole() {
    assert_eq!(missing(&[], |lesson| lesson), "");
    let with_more = missing(
        &["faults/worse.rs", "rejected/moved.rs", "solution9.py", "original.py", "notes.txt"],
        |lesson| {
            lesson
                .contract(&[BETTER])
                .rejected("moved", "E0382")
                .answer(program("solution9.py"), Needs::Nothing)
                .trouble(
                    Trouble::new(&[GOOD])
                        .and(&[BETTER])
                        .proved_by_others(&["better"])
                        .fault(program("worse"), &["good"]),
                )
        },
    );
    // The troubles of this suite are on no page.
    let no_page = "what_breaks.rs does not list the trouble good\n\
                   what_breaks.rs does not list the trouble better";
    assert_eq!(with_more, no_page);
}

#[test]
fn what_nobody_tests_is_missing() {
    let differ = "faults/other.rs and the suite's list of faults differ";
    assert_eq!(missing(&["faults/other.rs"], |lesson| lesson), differ);
    assert_eq!(missing(&[], |lesson| lesson.fault(program("other"), &["good"])), differ);
    let rejected = "rejected/other.rs and the suite's list of rejected differ";
    assert_eq!(missing(&["rejected/other.rs"], |lesson| lesson), rejected);
    assert_eq!(missing(&[], |lesson| lesson.rejected("other", "E0382")), rejected);
    assert_eq!(missing(&["solution.py"], |lesson| lesson), "solution.py is tested by nobody");
    let no_exercise =
        missing(&[], |lesson| Lesson { exercise: None, exercise_faults: vec![], ..lesson });
    let files = "exercise.rs is tested by nobody\nsolution.rs is tested by nobody";
    assert_eq!(no_exercise, files);
}

#[test]
fn what_nobody_proves_is_missing() {
    let no_fault = "no fault fails the check better";
    assert_eq!(missing(&[], |lesson| lesson.checks(&[BETTER])), no_fault);
    assert_eq!(missing(&[], |lesson| lesson.mode(&[BETTER])), no_fault);
    let of_a_mode = missing(&["faults/slow.rs"], |lesson| {
        lesson.mode(&[BETTER]).fault_in_mode(&[BETTER], program("slow"), &["better"])
    });
    assert_eq!(of_a_mode, "");
    let unknown = missing(&[], |lesson| lesson.wrong_answer(program("bad"), &["best"]));
    assert_eq!(unknown, "a fault names the check best, which does not exist");
    let no_answer = missing(&[], |lesson| Lesson { exercise_faults: vec![], ..lesson });
    assert_eq!(no_answer, "no fault fails the check works");
    let trouble = missing(&[], |lesson| lesson.trouble(Trouble::new(&[BETTER])));
    assert!(trouble.starts_with(no_fault), "{trouble}");
}

#[test]
fn what_nobody_explains_is_missing() {
    let changed = |change: fn(Check) -> Check| {
        let lesson = |lesson: Lesson, check| Lesson { checks: vec![check], ..lesson };
        let directory = directory(&["faults/bad.rs", "exercise.rs", "solution.rs"]);
        lesson(whole(directory.path()), change(GOOD)).incomplete().join("\n")
    };
    let no_question = changed(|check| check.hint("Make it good."));
    assert_eq!(no_question, "the check good has no hint that is a question");
    assert_eq!(changed(|check| check.demands("")), "the check good demands nothing in words");
    let no_page = changed(|check| check.section("nowhere.html"));
    assert_eq!(no_page, "the check good: the book has no page 'nowhere.html'");
    let no_heading = changed(|check| check.section("02-2-server.html#nowhere"));
    assert_eq!(no_heading, "the check good: the page '02-2-server.html' has no heading '#nowhere'");
    assert_eq!(changed(|check| check.section("02-2-server.html")), "");
    assert_eq!(changed(|check| check.section("index.html#when-a-check-fails")), "");
}

#[test]
fn reports_that_nobody_recorded_are_missing() {
    let report = missing(&[], |lesson| lesson.report(program("bad"), "works"));
    let file = "tests/reports/lesson09/bad-works.txt and the suite's list of reports differ";
    assert_eq!(report, file);
    let report = missing(&[], |lesson| lesson.report(program("bad"), "best"));
    assert!(report.ends_with("a report is recorded of the check best, which does not exist"));
}

#[test]
fn the_page_on_what_breaks_a_program_must_be_right() {
    // The page names `lesson01` with checks that this suite does not have.
    let other = missing(&[], |lesson| lesson.program(program("lesson01")));
    let no_check = "what_breaks.rs lists lesson01 with reports_no_reply, which is not its check";
    assert!(other.lines().any(|line| line == no_check), "{other}");
    // And names this check with other programs.
    const LISTED: Check = check("reports_a_refusal", |_| Ok(()))
        .demands("It is told.")
        .hint("Is it told?")
        .section(SECTION);
    let unnamed =
        missing(&[], |lesson| lesson.checks(&[LISTED]).wrong_answer(program("bad"), &["works"]));
    let no_program = "what_breaks.rs does not list lesson09 with reports_a_refusal";
    assert!(unnamed.lines().any(|line| line == no_program), "{unnamed}");
    // What a fact of this suite shows is no demand on the program.
    let fact = missing(&[], |lesson| lesson.facts(&[LISTED.needs(Needs::Network)]));
    assert_eq!(fact, "");
    const SHOWN: Check = Check { id: "reports_no_reply", ..LISTED };
    let is_told = |change: fn(Lesson) -> Lesson| missing(&[], change).contains(no_check);
    assert!(!is_told(|lesson| lesson.program(program("lesson01")).facts(&[SHOWN])));
    assert!(is_told(|lesson| lesson.program(program("lesson01")).facts(&[LISTED])));
    let unlisted = "what_breaks.rs does not list the trouble good";
    let fact = missing(&[], |lesson| lesson.facts(&[GOOD.needs(Needs::Network)]));
    assert_eq!(fact, unlisted);
    let fact = missing(&[], |lesson| lesson.facts(&[GOOD.needs(Needs::Netem)]));
    assert_eq!(fact, unlisted);
}

/// Fails for programs with such a name.
fn fails(run: &mut Run, name: &str) -> Outcome {
    let says = run.subject().name.clone();
    if says == name { Err(Broken::new("another name", says)) } else { Ok(()) }
}

const FIRST: Check = check("first", |run| fails(run, "fails_first"));
const SECOND: Check = check("second", |run| fails(run, "fails_second"));
const PANICS: Check = check("panics", |_| panic!("the check is wrong"));

#[test]
fn a_wrong_program_fails_exactly_what_is_listed_with_it() {
    let judged = |name: &str, listed: &[&str]| {
        let outcome = exactly(&[FIRST, SECOND], &program(name), listed);
        outcome.map_err(|failed| failed.message().unwrap_or_default().to_owned())
    };
    assert_eq!(judged("fails_first", &["first"]), Ok(()));
    assert_eq!(judged("fails_second", &["second"]), Ok(()));
    assert_eq!(judged("right", &[]), Ok(()));
    let passes = judged("right", &["first"]).unwrap_err();
    assert_eq!(passes, "right passes first, which it must fail");
    let fails = judged("fails_first", &[]).unwrap_err();
    assert!(
        fails.starts_with("It must pass this check.\nfails_first does not pass first"),
        "{fails}"
    );
    let both = judged("fails_first", &["second"]).unwrap_err();
    assert!(both.contains("must pass") && both.contains("passes second, which it must fail"));
    // What this machine cannot run proves nothing, and is no failure.
    let elsewhere = FIRST.needs(Needs::Program("a program that nobody has"));
    assert!(exactly(&[elsewhere], &program("right"), &["first"]).is_ok());
}

#[test]
fn a_check_that_panics_is_reported() {
    let report = perform(&PANICS, Some(&program("right")), Duration::from_secs(60)).unwrap_err();
    assert!(report.to_string().contains("the check itself does not panic"), "{report}");
}

/// The names of the trials, in their order; in brackets those that are ignored.
fn listed(lesson: Lesson) -> Vec<String> {
    let arguments = Arguments::from_iter(["a suite", "--list"]);
    listed_with(Proofs::of([].iter(), &arguments), lesson)
}

fn listed_with(mut proofs: Proofs, lesson: Lesson) -> Vec<String> {
    let (trials, _) = lesson.trials(Shown::AsEvents, &mut proofs);
    let name = |trial: &Trial| match trial.has_ignored_flag() {
        true => format!("[{}]", trial.name()),
        false => trial.name().to_owned(),
    };
    trials.iter().map(name).collect()
}

#[test]
fn each_program_is_tried_as_what_it_is() {
    let directory = directory(&["faults/bad.rs", "exercise.rs"]);
    let nowhere = Needs::Program("a program that nobody has");
    let lesson = || {
        whole(directory.path())
            .contract(&[BETTER])
            .mode(&[check("fast", |_| Ok(()))])
            .facts(&[check("S1_so_it_is", |_| Ok(()))])
            .rejected("moved", "E0382")
            .answer(program("solution.py"), nowhere)
            .report(program("exercise09"), "works")
            .report(program("bad"), "works")
            .trouble(
                Trouble::new(&[GOOD])
                    .program(program("lesson09"))
                    .fault(program("worse"), &["good"]),
            )
    };
    let begun = [
        "lesson09::suite_is_whole",
        "lesson09::checks_are_in_the_chapter",
        "exercise09::works",
        "solution09::works",
        "rejected::moved",
        "report::works::bad",
        "wrong_answer::bad",
        "fault::bad",
        "[solution.py::works]",
        "lesson09::good",
        "lesson09::better",
        "lesson09::fast",
        "fact::S1_so_it_is",
        "lesson09::in_trouble::good",
        "fault::in_trouble::worse",
    ];
    assert_eq!(listed(lesson()), begun);
    let starter = "// NOT STARTED: delete this line to be graded\nfn main() {}\n";
    fs::write(directory.path().join("exercise.rs"), starter).unwrap();
    let mut not_begun = begun.to_vec();
    not_begun[2] = "[exercise09::works]";
    not_begun.insert(4, "starter::exercise09");
    not_begun.insert(6, "report::works::exercise09");
    assert_eq!(listed(lesson()), not_begun);
    // Neither the starter nor a right program is spared: they are read, and edited.
    let spared = |name: &&str| {
        let of_wrong = ["rejected::", "wrong_answer::", "fault::"];
        of_wrong.iter().any(|kind| name.starts_with(kind)) || *name == "report::works::bad"
    };
    for name in not_begun.iter_mut().filter(|name| spared(name)) {
        *name = format!("[{name}]").leak();
    }
    assert_eq!(listed_with(Proofs::unchanged(), lesson()), not_begun);
}

#[test]
fn a_program_that_fails_a_check_and_a_fact_that_is_none_are_failures() {
    let directory = directory(&[]);
    let failed = |name: &str, lesson: Lesson| {
        let log = directory.path().join("log");
        let arguments = Arguments::from_iter(["a suite", name, "--logfile", log.to_str().unwrap()]);
        let mut proofs = Proofs::of([].iter(), &arguments);
        let (trials, _) = lesson.trials(Shown::AsEvents, &mut proofs);
        let conclusion = libtest_mimic::run(&arguments, trials);
        (conclusion.num_failed, conclusion.num_passed)
    };
    let lesson = || Lesson::new("lesson09", directory.path().to_str().unwrap());
    let of_the_lesson = lesson().checks(&[FIRST]).mode(&[SECOND]).program(program("fails_second"));
    assert_eq!(failed("fails_second", of_the_lesson), (1, 1));
    let in_trouble = Trouble::new(&[FIRST, SECOND]).program(program("fails_first"));
    assert_eq!(failed("in_trouble", lesson().trouble(in_trouble)), (1, 1));
    let fault = lesson().checks(&[FIRST]).fault(program("right"), &["first"]);
    assert_eq!(failed("fault", fault), (1, 0));
    let is_so = check("S1_so_it_is", |_| Ok(()));
    let is_not_so = check("S2_so_it_is_not", |_| Err(Broken::new("this", "that")));
    assert_eq!(failed("fact", lesson().facts(&[is_so, is_not_so])), (1, 1));
}
