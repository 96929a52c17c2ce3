//! The beginning and the end of an exercise: its file in an editor, and what becomes of an answer that passes.

use std::fs;
use std::thread;
use std::time::Instant;

use harness::Trial;

use crate::support::live::{CHAPTER, EXERCISE, GRADE, LiveVisit, WRONG, live_trials, query};
use crate::support::{DEADLINE, NARROW, WIDE, nothing};

pub fn trials() -> Vec<Trial> {
    live_trials![a_finished_exercise_is_celebrated_and_compared, an_exercise_is_opened_in_an_editor,]
}

/// The last check has passed: what becomes of the answer, and what comes next.
fn a_finished_exercise_is_celebrated_and_compared(live: &mut LiveVisit) {
    live.grade(WRONG);
    live.verdict("failed");
    let done = format!("{GRADE} .grade-done");
    assert_eq!(live.texts(&done), [""; 0]);
    live.save(EXERCISE, "// <b id='injected'>mine</b>\nfn main() {\n    println!(\"right\");\n}\n");
    live.verdict("passed");
    let cheer = "Repaired. All 2 checks pass, and you wrote that yourself.";
    assert_eq!(live.texts(&format!("{done} .grade-cheer")), [cheer]);
    assert_eq!(
        live.texts(&format!("{GRADE} .grade-news")),
        ["exercise02 is repaired: 2 of 2 checks"]
    );
    let next = live.texts(&format!("{done} > p:last-child a"));
    assert_eq!(next, live.texts("div.next a").into_iter().take(1).collect::<Vec<_>>());
    // Folded, and asked for when it is opened.
    let differences = format!("{done} .grade-differences");
    assert_eq!(live.texts(&format!("{differences} pre")), [""; 0]);
    live.click(&format!("{differences} > summary"));
    live.until(&format!("{} !== null", query(&format!("{differences} pre"))));
    let gone = live.texts(&format!("{differences} del.row"));
    assert_eq!(gone[0], "- // <b id='injected'>mine</b>");
    assert!(
        live.texts(&format!("{differences} ins.row")).iter().any(|row| row.contains("fn run("))
    );
    assert_eq!(live.texts("#injected"), [""; 0], "an answer became a part of the page");
    nothing(live.faults(GRADE));
    live.browser.emulate(NARROW, true);
    live.open(CHAPTER);
    live.verdict("passed");
    live.click(&format!("{differences} > summary"));
    live.until(&format!(
        "{}?.hasAttribute('data-more')",
        query(&format!("{differences} pre > code"))
    ));
    nothing(live.faults(GRADE));
    live.browser.emulate(WIDE, false);
    live.open(CHAPTER);
    live.verdict("passed");
    // It's told what is so now.
    live.click(&format!("{GRADE} .grade-switch"));
    live.until("document.querySelector('.grade-switch').ariaPressed === 'false'");
    live.save(EXERCISE, WRONG);
    live.until(&format!("{} === null", query(&done)));
}

fn an_exercise_is_opened_in_an_editor(live: &mut LiveVisit) {
    live.open(CHAPTER);
    let button = format!("{GRADE} .grade-open");
    live.until(&format!("{} !== null", query(&button)));
    let said = format!("{GRADE} .grade-opened");
    live.click(&button);
    live.until(&format!("{}.textContent !== ''", query(&said)));
    assert_eq!(live.texts(&said), ["Opened in editor."]);
    let opened = || fs::read_to_string(live.site.file("opened")).unwrap_or_default();
    let deadline = Instant::now() + DEADLINE;
    while opened().is_empty() {
        assert!(Instant::now() < deadline, "no editor was started");
        thread::yield_now();
    }
    assert_eq!(opened(), format!("{}\n", live.site.file(EXERCISE).display()));
    // Where no editor is known, there is something to copy.
    for (width, dark) in [(WIDE, true), (NARROW, false)] {
        live.browser.emulate(width, dark);
        live.open(CHAPTER);
        live.until(&format!("{} !== null", query(&button)));
        live.get(
            "window.fetch = ((fetch) => async (what, how) => !String(what).includes('/open/') ? fetch(what, how)
                 : Response.json({ why: 'no <b id=\"injected\">editor</b> is known', variable: 'BOOK_EDITOR',
                     path: '/home/a b/exercise#1.rs' }, { status: 409 }))(window.fetch)",
        );
        live.get("navigator.clipboard.writeText = async (text) => { window.copied = text; }");
        live.click(&button);
        live.until(&format!("{} !== null", query(&format!("{said} .copy"))));
        let how = live.texts(&format!("{said} p")).remove(0);
        assert_eq!(
            how,
            "No <b id=\"injected\">editor</b> is known. To choose your editor, start the book with its program in \
             BOOK_EDITOR, such as BOOK_EDITOR=gedit cargo run -p book."
        );
        let link = live.get(&format!("{}.href", query(&format!("{said} a"))));
        assert_eq!(link, "vscode://file/home/a%20b/exercise%231.rs");
        live.click(&format!("{said} .copy"));
        live.until("window.copied === '/home/a b/exercise#1.rs'");
        // The box may still show what the trial before has finished.
        live.get(
            "document.querySelectorAll('.grade details').forEach((one) => { one.open = true; })",
        );
        live.until(
            "[...document.querySelectorAll('.grade pre > code')].every((code) =>
                 code.scrollWidth <= code.clientWidth + 1 || code.hasAttribute('data-more'))",
        );
        nothing(live.faults(GRADE));
    }
    live.browser.emulate(WIDE, false);
}
