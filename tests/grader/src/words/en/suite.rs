//! What a suite, and `cargo grade`, say around the reports.

words! {
    marker_left() = "has been edited, and its first line is still\n\
     `// NOT STARTED: delete this line to be graded`. Delete that line to be graded.";
    other_lessons() = "cargo test stops at the first lesson that fails, so others may not have \
     run. `cargo grade` runs all.";
    quote_not_closed() = "SUBJECT has a quote that isn't closed. It is split into words as a shell splits them.";
    starter_changed() = "If the starter itself is to change: SNAPSHOTS=overwrite cargo test records it anew.";
    reported_above() = "(its report is above)";

    no_test_matches(lesson: &str, word: &str, nearest: Option<&str>) =
        "no test of {lesson} matches `{word}`{}",
        nearest.map(|name| format!("; do you mean `{name}`?")).unwrap_or_else(|| {
            format!(" (cargo test -p {lesson} -- --list shows their names)")
        });
    cannot_start(program: &str, why: &str) = "cannot start `{program}`: {why}";
    not_started(exercise: &str) =
        "{exercise}: not started (delete the first line of its exercise.rs to be graded)";
    edited_elsewhere(file: &str, exercise: &str) =
        "{file} has been changed, and {exercise} hasn't. Is your answer in the right file?";
    reported_later(milestone: usize, lesson: &str, subject: &str, check: &str) =
        "also fails; its report comes when milestone {milestone} passes. To see it now: \
         {}cargo test -p {lesson} {subject}::{check}",
        if subject == "subject" { "SUBJECT=\"…\" " } else { "" };
    milestone(number: usize, name: &str, passed: usize, of: usize) =
        "Milestone {number} ({name}): {passed} of {of}{}", if passed == of { ", done" } else { "" };
    all_checks(name: &str, of: usize) = "{name}: all {of} checks";
    some_checks(name: &str, passed: usize, of: usize) = "{name}: {passed} of {of} checks";
    not_run(count: usize) = ", {count} not run";
    not_available(count: usize) = ", {count} not available";
    not_judged(count: usize) = ", {count} not judged (the machine was busy)";
    next(check: &str) = "; next: {check}";
    compare_with(solution: &str) = "Compare your answer with {solution}.";
    read_next(title: &str, page: &str) = "Next in the book: {title}, {page}";
}
