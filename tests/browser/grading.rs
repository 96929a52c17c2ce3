//! The exercise that is graded while it is edited, and what a page remembers.

use std::env;
use std::process::Command;

use harness::Trial;
use serde_json::json;

use crate::support::live::{
    BUSY, CHAPTER, EXERCISE, GRADE, LiveVisit, PAIR, RIGHT, THREADS, WRONG, live_trials, query,
};
use crate::support::{NARROW, WIDE, nothing};

pub fn trials() -> Vec<Trial> {
    live_trials![
        an_exercise_is_mended_under_an_open_page,
        a_compile_error_is_shown_as_text_and_goes,
        what_is_not_judged_is_graded_again_by_a_button,
        two_tabs_agree,
        a_page_outlives_its_server,
        grades_that_are_told_again_leave_the_focus,
        a_page_says_how_its_exercise_stands,
        a_prediction_is_remembered,
        what_happens_waits_for_a_prediction,
    ]
}

/// What the compiler quotes of it is text, and no part of the page.
const CANNOT_COMPILE: &str = "fn main() {\n    println!(\"<b id='injected'>\", nobody);\n}\n";

// The exercise.

/// Whether the page is the one on which this was written.
const SAME_PAGE: &str = "window.untouched === true";

fn an_exercise_is_mended_under_an_open_page(live: &mut LiveVisit) {
    live.grade(WRONG);
    live.get("window.untouched = true");
    live.verdict("failed");
    assert_eq!(
        live.get(&format!("{}.dataset.status", query("[data-check=answers_a_request]"))),
        "passed"
    );
    assert_eq!(live.texts("#injected"), [""; 0], "a report became a part of the page");
    // Of its parts, the one with work to do is open.
    let open = |of: &str| {
        live.get(&format!(
            "[...document.querySelectorAll('details.milestone')].every((part, place) => part.open === ({of}))"
        ))
    };
    assert_eq!(open("part.querySelector('[data-check=serves_the_next_client]') !== null"), true);
    assert!(live.texts("details.milestone .grade-part")[0].starts_with("1 of "));
    live.click("details.milestone:last-of-type > summary");
    // Of the first check that fails, the hint is unfolded, and the report a click away.
    let failed = "[data-check=serves_the_next_client] .grade-why";
    let is_seen =
        |part: &str| live.get(&format!("{}.checkVisibility()", query(&format!("{failed} {part}"))));
    assert_eq!(is_seen("[data-part=hint] p"), true, "the hint is folded");
    assert_eq!(live.texts(&format!("{failed} [data-part=hint] p")), ["What does it say?"]);
    assert_eq!(is_seen("[data-part=report] pre"), false, "the report is not folded");
    live.click(&format!("{failed} [data-part=report] > summary"));
    assert_eq!(is_seen("[data-part=report] pre"), true);
    assert_eq!(live.texts(&format!("{GRADE} .grade-todo code")), [EXERCISE]);
    let todo = format!("Watching {EXERCISE}. Next: To say it. Mend it and save.");
    assert_eq!(live.texts(&format!("{GRADE} .grade-todo")), [todo]);
    let leads_to = format!(
        "document.querySelector({}.hash).dataset.check",
        query(&format!("{GRADE} .grade-todo a"))
    );
    assert_eq!(live.get(&leads_to), "serves_the_next_client");
    let sign = |page: &str| live.texts(&format!(".sidebar a[href$=\"{page}\"] .grade-sign"));
    nothing(live.faults(GRADE));
    live.until("document.querySelector('.sidebar .grade-sign') !== null");
    assert_eq!(sign(CHAPTER), ["✗"]);
    assert_eq!(sign("lengths.html"), ["○"]);

    live.save(EXERCISE, RIGHT);
    live.verdict("passed");
    assert_eq!(live.get(SAME_PAGE), true, "it was loaded again");
    assert_eq!(sign(CHAPTER), ["✓"]);
    assert_eq!(live.texts(failed), [""; 0], "the old report is still there");
    assert_eq!(open("place === 0"), true);

    // The opening page follows as well.
    live.open("index.html");
    live.get("window.untouched = true");
    let listed = |status: &str| {
        live.until(&format!(
            "{}?.dataset.status === '{status}'",
            query(".grades li[data-lesson=lesson02]")
        ));
        live.texts(".grades .grade-next").remove(0)
    };
    listed("passed");
    live.save(EXERCISE, WRONG);
    assert_eq!(listed("failed"), "Next step in exercise02: To say it.");
    live.save(EXERCISE, &format!("// NOT STARTED: delete this line to be graded\n{RIGHT}"));
    assert!(listed("not started").starts_with("Next step: begin "));
    assert_eq!(live.get(SAME_PAGE), true, "it was loaded again");
}

/// At its head and at its end, and where the exercise is when it has not been begun.
fn a_page_says_how_its_exercise_stands(live: &mut LiveVisit) {
    let page = "02-3-port-reuse.html";
    live.open(page);
    live.until("document.querySelector('.grade[data-lesson=lesson03][data-state]') !== null");
    assert_eq!(live.texts(".lesson-bar [data-exercise]"), ["Your exercise: not started"]);
    assert_eq!(live.texts(".next .next-exercise"), ["Your exercise03: not started."]);
    let tell = |on: bool, state: &str, status: &str| {
        let check =
            format!("{{ check: 'a', status: '{status}', demands: '', hint: '', section: '' }}");
        live.get(&format!(
            "document.dispatchEvent(new CustomEvent('book:grade', {{ detail: {{ on: {on}, exercises: [{{
                 lesson: 'lesson03', page: '{page}', file: 'exercise.rs', state: '{state}', checks: [{check}],
                 message: '' }}] }} }}))"
        ));
        live.texts(".grade[data-lesson=lesson03] .grade-todo").remove(0)
    };
    let by_itself = "The page grades by itself: what you run in the terminal isn’t shown here.";
    let says = |on: bool, state: &str, status: &str, now: &str, expected: &str| {
        let todo = tell(on, state, status);
        let watching = if on { "Watching" } else { "Your file is" };
        assert_eq!(todo, format!("{watching} exercise.rs. {expected}"), "{state}");
        assert_eq!(live.texts(".grade[data-lesson=lesson03] .grade-state"), [now], "{state}");
    };
    let begin = "Delete its first line and save";
    let press = "press “Grade me while I edit”";
    says(false, "not started", "", "Not started", &format!("{begin}, then {press}. {by_itself}"));
    says(true, "not started", "", "Not started", &format!("{begin}. {by_itself}"));
    let each = "Press “Grade me while I edit”, and each save is graded.";
    says(false, "begun", "", "Begun, not graded", &format!("{each} {by_itself}"));
    let count = live.get("document.querySelectorAll('.grade[data-lesson=lesson03] li').length");
    says(true, "waiting", "", "Waiting", &format!("Next it’s built, and its {count} checks run."));
    let edit = "You can edit on: a newer save starts over.";
    says(true, "building", "", "Building", &format!("Next its {count} checks run. {edit}"));
    says(true, "running", "running", "Checking: 0 of 1 done", edit);
    says(true, "running", "failed", "Checking: 1 of 1 done, 1 failed", edit);
    says(
        true,
        "does not compile",
        "",
        "Does not compile",
        "What the compiler says is below. Mend its first error and save.",
    );
    says(true, "cannot grade", "", "Cannot grade", "Press “Grade now” to have it tried again.");
    let again =
        "The machine was too busy to judge the rest. Press “Grade now” to have it tried again.";
    says(true, "graded", "not judged", "0 of 1 checks, 1 not judged", again);
    says(
        false,
        "graded",
        "failed",
        "0 of 1 checks",
        "Next:  Mend it and save, and press “Grade now”.",
    );
    assert_eq!(live.texts(".next .next-exercise"), ["Your exercise03: 0 of 1 checks."]);
    let plaster = || {
        live.get("getComputedStyle(document.querySelector('.grade-head'), '::before').content !== 'none'")
    };
    assert_eq!(plaster(), false);
    // Who has finished gets a plaster.
    tell(true, "graded", "passed");
    assert_eq!(live.texts(".lesson-bar [data-exercise]"), ["Your exercise: done"]);
    assert_eq!(live.texts(".next .next-exercise"), ["You have finished exercise03."]);
    assert_eq!(plaster(), true);
    nothing(live.faults(".next"));
}

fn what_is_not_judged_is_graded_again_by_a_button(live: &mut LiveVisit) {
    live.grade(BUSY);
    live.verdict("not judged");
    let check = format!("{GRADE} [data-check=serves_the_next_client]");
    assert_eq!(live.texts(&format!("{check} .grade-mark")), ["not judged"]);
    let message = "The machine was <i id='injected'>busy</i>.";
    assert_eq!(live.texts(&format!("{check} p.grade-why")), [message]);
    assert_eq!(live.texts(&format!("{GRADE} .grade-state")), ["1 of 2 checks, 1 not judged"]);
    let sign = format!(".sidebar a[href$=\"{CHAPTER}\"] .grade-sign");
    assert_eq!(live.texts(&sign), ["?"]);
    for (width, dark) in [(WIDE, false), (NARROW, true)] {
        live.browser.emulate(width, dark);
        live.open(CHAPTER);
        live.verdict("not judged");
        nothing(live.faults(GRADE));
    }
    live.browser.emulate(WIDE, false);
    // Nothing is saved, and saves are not graded any more.
    live.click(&format!("{GRADE} .grade-switch"));
    live.until("document.querySelector('.grade-switch').ariaPressed === 'false'");
    let before = live.started().len();
    live.click(&format!("{GRADE} .grade-now"));
    live.is_building(before);
    live.verdict("not judged");
    live.open("index.html");
    let next = query(".grades .grade-next");
    live.until(&format!("{next}?.textContent.startsWith('Next step: grade exercise02 again.')"));
}

fn a_compile_error_is_shown_as_text_and_goes(live: &mut LiveVisit) {
    live.grade(CANNOT_COMPILE);
    let errors = &format!("{GRADE} .grade-errors");
    live.until(&format!("{}.dataset.state === 'does not compile'", query(GRADE)));
    let said = live.texts(errors).remove(0);
    let compiled = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()))
        .args(["--edition=2024", "--crate-name=exercise02", EXERCISE])
        .current_dir(live.site.file(""))
        .output()
        .expect("rustc starts");
    let compiler = String::from_utf8_lossy(&compiled.stderr).into_owned();
    for line in said.lines() {
        assert!(compiler.contains(line), "{line:?} is not in what the compiler says:\n{compiler}");
    }
    for part in ["error[E0425]", "<b id='injected'>", &format!("--> {EXERCISE}:2")] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    assert_eq!(live.texts("#injected"), [""; 0], "the compiler's words became a part of the page");
    assert_eq!(live.texts(&format!(".sidebar a[href$=\"{CHAPTER}\"] .grade-sign")), ["✗"]);
    let mut wrong = Vec::new();
    for (width, dark) in [(WIDE, true), (NARROW, false)] {
        live.browser.emulate(width, dark);
        live.open(CHAPTER);
        live.until(&format!("{}?.checkVisibility()", query(errors)));
        wrong.extend(live.faults(GRADE));
    }
    nothing(wrong);

    live.save(EXERCISE, RIGHT);
    live.verdict("passed");
    assert_eq!(live.get(&format!("{}.checkVisibility()", query(errors))), false);
    assert_eq!(live.texts(errors), [""]);
}

fn two_tabs_agree(live: &mut LiveVisit) {
    let before = live.started().len();
    live.grade(RIGHT);
    // Until then, a page may show how another trial's exercise has ended.
    live.is_building(before);
    live.open(CHAPTER);
    live.verdict("passed");
    live.save(EXERCISE, WRONG);
    live.verdict("failed");
    let before = live.started().len();
    let first = live.browser.open_tab();
    live.open(CHAPTER);
    live.verdict("failed");
    live.save(EXERCISE, RIGHT);
    live.verdict("passed");
    assert_eq!(live.started().len(), before + 1, "both have it graded: {:?}", live.started());
    // One has a program run, the other is told so, and can have its own when that has ended.
    live.open_panel("03-threads.html", THREADS);
    live.click(&format!("{THREADS} .run-start"));
    live.is(THREADS, "running");
    let second = live.browser.open_tab();
    live.open_panel("03-threads.html", THREADS);
    live.click(&format!("{THREADS} .run-start"));
    live.is(THREADS, "refused");
    let why = live.texts(&format!("{THREADS} .run-status")).remove(0);
    assert!(why.contains("perhaps in another tab"), "{why}");
    live.browser.close_tab(&second);
    live.click(&format!("{THREADS} .run-stop"));
    live.is(THREADS, "over");
    live.browser.close_tab(&first);
    // The first one has been out of sight.
    live.verdict("passed");
}

fn a_page_outlives_its_server(live: &mut LiveVisit) {
    live.grade(WRONG);
    live.verdict("failed");
    let prediction = ".predict .option > summary";
    live.click(prediction);
    let predicted = live.texts(".prediction p");
    let field = query("[data-argument=\"--time-limit\"]");
    live.until(&format!("{field} !== null"));
    live.browser.run(
        &format!(
            "{field}.value = '7';
             {field}.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ),
        &[],
    );
    live.get("window.untouched = true");
    live.site.restart();
    // The new server's page, and what its reader knew on the old one.
    live.until(&format!("!({SAME_PAGE})"));
    live.verdict("failed");
    assert_eq!(live.texts(".prediction p"), predicted);
    live.until(&format!("{field}?.value === '7'"));
    live.until("streams.filter((stream) => stream.readyState === EventSource.OPEN).length === 1");
    assert_eq!(live.get("streams.length"), 1, "more than one stream");
    live.save(EXERCISE, RIGHT);
    live.verdict("passed");
    // Its token is the new one.
    live.open_panel("02-1-client.html", PAIR);
    live.click(&format!("{PAIR} .run-start"));
    live.is(PAIR, "over");
    assert!(live.texts(&format!("{PAIR} .run-status"))[0].contains("exit code 0"));
}

/// The server tells all grades when a stream begins, and when one of them has changed.
fn grades_that_are_told_again_leave_the_focus(live: &mut LiveVisit) {
    live.open("index.html");
    live.until("document.querySelector('.grades li[data-state]') !== null");
    for link in [".grade-next a", ".grades li[data-lesson=lesson02] a"] {
        let stays = live.browser.run(
            "const exercise = {
                 lesson: 'lesson02', page: '02-2-server.html', file: 'exercise.rs',
                 state: 'begun', checks: [], message: '',
             };
             const detail = { on: true, exercises: [exercise] };
             const tell = () => document.dispatchEvent(new CustomEvent('book:grade', { detail }));
             tell();
             const link = document.querySelector(arguments[0]);
             link.focus();
             tell();
             return document.activeElement === link;",
            &[json!(link)],
        );
        assert_eq!(stays, json!(true), "{link}");
    }
}

fn what_happens_waits_for_a_prediction(live: &mut LiveVisit) {
    let page = "03-stopping.html";
    live.open(page);
    live.get("localStorage.clear()");
    live.open(page);
    let behind = ".predict > details:not(.option)";
    let press = || {
        live.click(&format!("{behind} > summary"));
        live.get(&format!("{}.open", query(behind)))
    };
    assert_eq!(press(), false, "told before it is predicted");
    live.click(&format!(".predict:has({}) .option > summary", "> details:not(.option)"));
    assert_eq!(press(), true);
    live.get("localStorage.clear()");
}

/// The first choice counts: it locks the others, and the page remembers it.
fn a_prediction_is_remembered(live: &mut LiveVisit) {
    let options = ".predict .option";
    let wrong = ".predict .option:not(.answer)";
    let said = || live.texts(".prediction p").remove(0);
    // Whether each part of the first prediction is open, and what can be pressed there.
    let open = |selector: &str| {
        live.get(&format!(
            "[...document.querySelector('.predict').querySelectorAll(':scope > {selector}')].map((one) => one.open)"
        ))
    };
    let buttons = || live.texts(".prediction button");
    live.open(CHAPTER);
    live.get("localStorage.clear()");
    live.open(CHAPTER);
    assert_eq!(said(), "");
    assert_eq!(buttons(), [""; 0]);
    live.click(&format!("{wrong} > summary"));
    let right = live.texts(".predict .answer .letter").remove(0);
    assert_eq!(said(), format!("Not this time. It’s {right}."));
    assert_eq!(live.get("document.querySelectorAll('.option.chosen').length"), 1);
    // A second choice is none.
    live.click(".predict .answer > summary");
    assert_eq!(live.get(&format!("{}.open", query(".predict .answer"))), false);
    assert_eq!(live.get("document.querySelectorAll('.option.chosen').length"), 1);
    nothing(live.faults(".predict"));

    live.open(CHAPTER);
    assert_eq!(said(), format!("Not this time. It’s {right}."));
    assert_eq!(buttons(), ["Why not the others?", "Clear my answer"]);
    live.click(".prediction .others");
    let all = open(".option:not(.chosen)");
    assert!(
        all.as_array().is_some_and(|all| all.len() > 1 && all.iter().all(|one| one == true)),
        "{all}"
    );
    // The button is gone, and the focus is where it led.
    assert_eq!(buttons(), ["Clear my answer"]);
    assert_eq!(live.get("document.activeElement.matches('.option:not(.chosen) > summary')"), true);
    live.open("index.html");
    let tally = live.texts(".tally").remove(0);
    assert!(tally.starts_with("1 of ") && tally.contains(" predicted, 0 right."), "{tally}");

    // It can be taken back, and made again.
    live.open(CHAPTER);
    live.click(".prediction .clear");
    assert_eq!(live.get("document.activeElement.matches('.option > summary')"), true);
    assert_eq!(said(), "");
    live.open(CHAPTER);
    assert_eq!(said(), "");
    live.click(".predict .answer > summary");
    assert_eq!(said(), "You called it.");
    live.open("index.html");
    assert!(live.texts(".tally")[0].contains(" predicted, 1 right."));
    live.open(CHAPTER);
    live.click(".prediction .clear");
    live.open("index.html");
    assert_eq!(live.get(&format!("{}.checkVisibility()", query(".tally"))), false);

    // Without scripts, each option opens anyway.
    let disable = |value: bool| {
        live.browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": value }));
    };
    disable(true);
    live.open(CHAPTER);
    live.click(&format!("{options} > summary"));
    let opened = live.get(&format!(
        "[{0}.open, [...{0}.querySelectorAll(':scope > :not(summary)')].every((part) => part.checkVisibility()), document.querySelectorAll('.prediction').length]",
        query(options)
    ));
    disable(false);
    assert_eq!(opened, json!([true, true, 0]));
}
