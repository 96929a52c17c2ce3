//! What every page must be: light and dark, 1280 and 360 px wide, with and without scripts, on the screen
//! and on paper.

use fantoccini::key::Key;
use harness::Trial;
use serde_json::json;

use crate::faults::{FAULTS, Fault};
use crate::support::{Content, HANDS, NARROW, SURVEY, View, Visit, WIDE, nothing, trial, trials};

pub fn trials() -> Vec<Trial> {
    let refused = FAULTS.iter().map(|fault| {
        let name = format!("refused::{}", fault.name);
        trial(&name, &HANDS, |visit: &mut Visit| is_found(visit, fault))
    });
    let mut trials: Vec<Trial> = refused.collect();
    trials.extend(trials![
        only_light_and_dark_can_be_chosen,
        a_page_that_is_wrong_in_the_dark_is_refused,
        what_opens_has_no_violation,
        search_leads_to_the_page,
        a_word_that_is_nowhere_is_not_found,
        pages_are_complete_without_scripts,
        a_page_that_needs_scripts_is_refused,
        the_chapters_open_without_scripts,
        the_printed_book_is_complete,
        answers_are_open_on_paper,
    ]);
    trials
}

/// The first check of the survey, which looks at every page.
pub fn survey_trials() -> Vec<Trial> {
    vec![looked_for(&KINDS[0])]
}

/// Those that wait for the first one.
pub fn later_trials() -> Vec<Trial> {
    KINDS[1..].iter().map(looked_for).collect()
}

fn looked_for(&(kind, name): &(&'static str, &str)) -> Trial {
    trial(name, &SURVEY, move |visit: &mut Visit| is_nowhere(visit, kind))
}

/// What the survey looks for on every page, and how a check is called that finds nothing of it.
const KINDS: &[(&str, &str)] = &[
    ("axe", "axe_finds_no_violation"),
    ("console", "the_console_stays_empty"),
    ("foreign", "nothing_is_asked_of_another_host"),
    ("sideways", "no_page_scrolls_sideways"),
    ("clipped", "no_text_is_cut"),
    ("small", "no_text_is_too_small"),
    ("measure", "everything_has_one_measure"),
    ("heavy", "the_first_page_loads_little"),
];

fn is_nowhere(visit: &mut Visit, kind: &str) {
    let views = visit.survey().iter();
    nothing(views.flat_map(|view| {
        view.of(kind).into_iter().map(move |what| format!("{}: {what}", view.name))
    }));
}

fn is_found(visit: &mut Visit, fault: &Fault) {
    let views = visit.look(&format!("fault-{}.html", fault.name), NARROW, &[false]);
    let found: Vec<String> = views.iter().flat_map(|view| view.of(fault.kind)).collect();
    assert!(
        found.iter().any(|what| what.contains(fault.says)),
        "nothing {} says {:?}: {found:?}",
        fault.kind,
        fault.says
    );
}

/// The survey sees both. A reader who chose another one of mdBook's gets what the system says.
fn only_light_and_dark_can_be_chosen(visit: &mut Visit) {
    visit.browser.emulate(WIDE, true);
    visit.open("index.html");
    let offered = visit.browser.run(
        "return [...document.querySelectorAll('#mdbook-theme-list button')].map((one) => one.textContent)",
        &[],
    );
    assert_eq!(offered, json!(["Auto", "Light", "Dark"]));
    visit.browser.run("localStorage.setItem('mdbook-theme', 'rust')", &[]);
    visit.open("index.html");
    let chosen = visit.browser.run(
        "return [document.documentElement.className.match(/rust|navy/g), localStorage.getItem('mdbook-theme')]",
        &[],
    );
    assert_eq!(chosen, json!([["navy"], null]));
}

/// Of a page that has been seen in the light, some rules look again; all do where it shows something new.
fn a_page_that_is_wrong_in_the_dark_is_refused(visit: &mut Visit) {
    let axe = |views: &[View]| -> Vec<String> {
        let found = views.iter().map(|view| view.of("axe").join("\n"));
        found.collect()
    };
    let page = "fault-dark.html";
    let [light, dark] = &axe(&visit.look(page, NARROW, &[false, true]))[..] else { panic!("two") };
    assert_eq!(light, "");
    assert!(dark.contains("color-contrast") && !dark.contains("image-alt"), "{dark}");
    visit.browser.run("document.querySelector('div').className = 'late'", &[]);
    let more = visit.axe().join("\n");
    assert!(more.contains("color-contrast") && more.contains("image-alt"), "{more}");
}

/// The list of themes, the search's results, the help, and on a narrow page the chapters.
fn what_opens_has_no_violation(visit: &mut Visit) {
    let mut wrong = Vec::new();
    let mut look = |what| wrong.extend(visit.axe().into_iter().map(|why| format!("{what}: {why}")));
    for (width, dark) in [(WIDE, false), (NARROW, true)] {
        visit.browser.emulate(width, dark);
        visit.open("02-2-server.html");
        visit.click("mdbook-theme-toggle");
        look("themes");
        visit.click("mdbook-theme-toggle");
        visit.search("listener");
        look("search");
        visit.press(&[Key::Escape]);
        visit.browser.press(&['?']);
        look("help");
        visit.press(&[Key::Escape]);
        visit.click("mdbook-sidebar-toggle");
        look("chapters");
        visit.click("mdbook-sidebar-toggle");
    }
    nothing(wrong);
}

// Search.

fn search_leads_to_the_page(visit: &mut Visit) {
    visit.browser.emulate(WIDE, false);
    for (term, page) in [
        ("accept queue", "/02-2-server.html"),
        ("SO_REUSEADDR", "/02-3-port-reuse.html"),
        ("send buffer", "/04-buffers.html"),
    ] {
        visit.open("index.html");
        let found = visit.search(term);
        let place = found.iter().position(|result| result == page);
        let place = place.unwrap_or_else(|| panic!("{term} is not found on {page}: {found:?}"));
        visit.press(&vec![Key::Down; place + 1]);
        visit.press(&[Key::Enter]);
        visit.browser.until(
            &format!("find {term} marked on {page}"),
            &format!(
                "return location.pathname === '{page}' && document.querySelector('main mark') !== null"
            ),
        );
    }
}

fn a_word_that_is_nowhere_is_not_found(visit: &mut Visit) {
    visit.open("index.html");
    assert_eq!(visit.search("zyzzyva"), [""; 0]);
}

// Without scripts, and on paper.

fn pages_are_complete_without_scripts(visit: &mut Visit) {
    let pages: Vec<String> =
        visit.pages.iter().filter(|page| !page.ends_with("print.html")).cloned().collect();
    nothing(pages.iter().filter_map(|page| visit.without_scripts(page)));
}

fn a_page_that_needs_scripts_is_refused(visit: &mut Visit) {
    let wrong = visit.without_scripts("fault-scripted.html");
    let says = r#"with scripts "Written by a script.", without """#;
    assert!(wrong.as_ref().is_some_and(|what| what.contains(says)), "{wrong:?}");
}

fn the_chapters_open_without_scripts(visit: &mut Visit) {
    visit.browser.emulate(NARROW, false);
    let open = || {
        visit.browser.run(
            "const list = document.querySelector('#mdbook-sidebar iframe');
             return list.checkVisibility({ visibilityProperty: true })
                 && list.getBoundingClientRect().left >= 0;",
            &[],
        )
    };
    visit.allow_scripts(false);
    visit.open("02-2-server.html");
    let before = open();
    visit.press(&[Key::Tab, Key::Space]);
    let after = open();
    visit.allow_scripts(true);
    assert_eq!([before, after], [false, true]);
}

fn the_printed_book_is_complete(visit: &mut Visit) {
    for edition in ["", "zh/"] {
        let is_of_it = |page: &&String| {
            page.starts_with("zh/") != edition.is_empty()
                && !page.ends_with("404.html")
                && !page.ends_with("print.html")
        };
        let mut pages: Vec<String> = visit.pages.iter().filter(is_of_it).cloned().collect();
        // In Chinese, the page for those who come from the tutorial is the first behind the front page.
        if let Some(at) = pages.iter().position(|page| page == "zh/chinese.html") {
            let page = pages.remove(at);
            pages.insert(1, page);
        }
        let mut expected = Content::default();
        for page in pages {
            expected += visit.content(&page);
        }
        assert!(expected.headings.len() > 50, "only {:?}", expected.headings);
        let printed = visit.content(&format!("{edition}print.html"));
        assert_eq!(printed.headings, expected.headings);
        assert!(printed == expected, "other words, figures, listings or answers");
    }
}

fn answers_are_open_on_paper(visit: &mut Visit) {
    let shown = || {
        visit.browser.run(
            "const answers = [...document.querySelectorAll('main details:not([open]) > :not(summary)')]
                 .filter((answer) => !answer.closest('.run-live, .grade, .scene'));
             return [answers.length > 0, answers.every((answer) => answer.checkVisibility())];",
            &[],
        )
    };
    visit.browser.emulate(WIDE, false);
    visit.open("02-2-server.html");
    assert_eq!(shown(), json!([true, false]), "on the screen");
    visit.browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    assert_eq!(shown(), json!([true, true]), "on paper");
}
