//! The pages without a mouse.

use fantoccini::key::Key;
use harness::Trial;
use serde_json::json;

use crate::support::{NARROW, Visit, WIDE, nothing, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        everything_is_reached_by_tab,
        a_helpless_page_is_refused,
        the_chapters_open_by_key,
        a_theme_is_chosen_by_key,
        a_command_is_copied_by_key,
        arrows_scroll_what_has_the_focus,
        a_page_that_turns_is_refused,
    ]
}

// Without a mouse.

fn everything_is_reached_by_tab(visit: &mut Visit) {
    let pages = visit.pages.iter().filter(|page| !page.ends_with("print.html"));
    nothing(
        pages.flat_map(|page| {
            visit.walk(page).into_iter().map(move |what| format!("{page}: {what}"))
        }),
    );
}

fn a_helpless_page_is_refused(visit: &mut Visit) {
    let wrong = visit.walk("fault-helpless.html").join("\n");
    for expected in [
        "there is no #mdbook-sidebar-toggle",
        "never gets the focus: \"for mice only\"",
        "has the focus, but does not show it: \"focus that cannot be seen\"",
        "has the focus out of the window: \"out of the window\"",
    ] {
        assert!(wrong.contains(expected), "nothing says {expected:?}:\n{wrong}");
    }
}

/// On a narrow page the list of chapters is closed at first.
fn the_chapters_open_by_key(visit: &mut Visit) {
    visit.browser.emulate(NARROW, false);
    let state = || {
        visit.browser.run(
            "const button = document.getElementById('mdbook-sidebar-toggle');
             const list = document.getElementById('mdbook-sidebar');
             const open = list.checkVisibility({ visibilityProperty: true })
                 && list.getBoundingClientRect().left >= 0;
             return [document.activeElement.id, button.ariaExpanded, open];",
            &[],
        )
    };
    for key in [Key::Enter, Key::Space] {
        visit.open("02-2-server.html");
        visit.press(&[Key::Tab, Key::Tab]);
        assert_eq!(state(), json!(["mdbook-sidebar-toggle", "false", false]));
        visit.press(&[key]);
        assert_eq!(state(), json!(["mdbook-sidebar-toggle", "true", true]));
        visit.press(&[key]);
        assert_eq!(state(), json!(["mdbook-sidebar-toggle", "false", false]));
    }
}

fn a_theme_is_chosen_by_key(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    let state = || {
        visit.browser.run(
            "return [document.activeElement.id, document.documentElement.classList.contains('navy')]",
            &[],
        )
    };
    visit.open("index.html");
    visit.browser.run("document.getElementById('mdbook-theme-toggle').focus()", &[]);
    visit.press(&[Key::Enter]);
    assert_eq!(state(), json!(["mdbook-theme-light", false]));
    // There is no other between them, and none behind.
    visit.press(&[Key::Down, Key::Down, Key::Enter]);
    assert_eq!(state(), json!(["mdbook-theme-navy", true]));
    visit.press(&[Key::Escape]);
    assert_eq!(state(), json!(["mdbook-theme-toggle", true]));
    visit.choose_theme("default_theme");
}

fn a_command_is_copied_by_key(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    visit.open("02-2-server.html");
    let state = || {
        visit.browser.run(
            "const button = document.querySelector('.lesson-bar .copy');
             return [window.copied ?? null, button.dataset.copied ?? null, button.ariaLabel,
                 document.querySelector('[role=status].copied').textContent];",
            &[],
        )
    };
    let stub = |function: &str| {
        let script = format!(
            "navigator.clipboard.writeText = {function};
             document.querySelector('.lesson-bar .copy').focus()"
        );
        visit.browser.run(&script, &[]);
        visit.press(&[Key::Enter]);
        let said = "return document.querySelector('[role=status].copied').textContent !== ''";
        visit.browser.until("hear that it is copied", said);
    };
    assert_eq!(state(), json!([null, null, "Copy the command", ""]));
    stub("async (text) => { window.copied = text; }");
    let command = "cargo run -p lesson02";
    assert_eq!(state(), json!([command, "yes", "Copy the command", "Copied"]));
    visit.open("02-2-server.html");
    stub("async () => { throw new Error('not allowed'); }");
    let refused = "The browser doesn’t let this page copy";
    assert_eq!(state(), json!([null, "no", "Copy the command", refused]));
}

fn arrows_scroll_what_has_the_focus(visit: &mut Visit) {
    let code = visit.press_arrow_on("02-2-server.html", "pre > code[tabindex]", true);
    let table = visit.press_arrow_on("speed.html", ".table-wrapper[tabindex]", true);
    let prediction = visit.press_arrow_on("02-2-server.html", "summary", false);
    nothing([code, table, prediction].into_iter().flatten());
    // Where nothing has the focus, they turn the page.
    let turned = visit.press_arrow_on("02-1-client.html", "body", false);
    assert!(turned.as_ref().is_some_and(|what| what.contains("/lengths.html")), "{turned:?}");
}

fn a_page_that_turns_is_refused(visit: &mut Visit) {
    let wrong = visit.press_arrow_on("fault-turning.html", "pre > code", false);
    assert!(wrong.as_ref().is_some_and(|what| what.contains("turned to /index.html")), "{wrong:?}");
}
