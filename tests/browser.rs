//! The book in a real browser, as its readers see it: every page, light and dark, 1280 and 360 px
//! wide, with and without a mouse, with and without scripts.
//!
//! The browser is Chromium, driven by chromedriver. Where there is none, these checks are listed as
//! ignored; where `CI` is set, they fail.
//!
//! A check that looks the other way would find every page in order. So each is also run on a page
//! with the fault that it is there to find: see `FAULTS`, and the `refused` checks.
//!
//! All of this takes a minute, so it is spared while nothing that it reads has changed: see
//! `unchanged.rs`.

use std::env;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use fantoccini::key::Key;
use libtest_mimic::{Arguments, Trial};
use serde_json::json;

mod children;
#[path = "browser/chromium.rs"]
mod chromium;
#[path = "browser/desk.rs"]
mod desk;
#[cfg(unix)]
#[path = "browser/live.rs"]
mod live;
#[path = "browser/process.rs"]
mod process;
#[path = "browser/site.rs"]
mod site;
mod unchanged;

use desk::{Content, Desk, NARROW, View, WIDE};
use unchanged::said_by;

/// What the survey looks for on every page, and how a check is called that finds nothing of it.
const KINDS: &[(&str, &str)] = &[
    ("axe", "axe_finds_no_violation"),
    ("console", "the_console_stays_empty"),
    ("foreign", "nothing_is_asked_of_another_host"),
    ("sideways", "no_page_scrolls_sideways"),
    ("clipped", "no_text_is_cut"),
    ("small", "no_text_is_too_small"),
    ("heavy", "the_first_page_loads_little"),
];

/// A page with one fault, of which kind it is, and what must be said of it.
struct Fault {
    name: &'static str,
    kind: &'static str,
    body: &'static str,
    says: &'static str,
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "an_error_on_the_console",
        kind: "console",
        body: "<script>console.error('out of order')</script>",
        says: "out of order",
    },
    Fault {
        name: "a_warning_on_the_console",
        kind: "console",
        body: "<script>console.warn('nearly out of order')</script>",
        says: "nearly out of order",
    },
    Fault {
        name: "an_exception",
        kind: "console",
        body: "<script>nobody.defined(this)</script>",
        says: "nobody is not defined",
    },
    Fault {
        name: "a_file_that_is_not_there",
        kind: "console",
        body: "<img src='missing.png' alt='nothing'>",
        says: "404",
    },
    Fault {
        name: "an_image_of_another_host",
        kind: "foreign",
        body: "<img src='http://example.com/dot.png' alt='a dot'>",
        says: "http://example.com/dot.png",
    },
    Fault {
        name: "a_message_to_another_host",
        kind: "foreign",
        body: "<script>navigator.sendBeacon('http://example.com/count')</script>",
        says: "http://example.com/count",
    },
    Fault {
        name: "a_socket_to_another_host",
        kind: "foreign",
        body: "<script>new WebSocket('ws://example.com/live')</script>",
        says: "ws://example.com/live",
    },
    Fault {
        name: "a_wide_block",
        kind: "sideways",
        body: "<div style='width: 500px; text-align: end'>far out</div>",
        says: "far out",
    },
    Fault {
        name: "a_wide_block_that_is_cut_off",
        kind: "sideways",
        body: "<div style='overflow-x: clip'><p style='width: 500px; text-align: end'>far out</p></div>",
        says: "far out",
    },
    Fault {
        name: "a_line_that_is_cut",
        kind: "clipped",
        body: "<p style='width: 5em; overflow: hidden; white-space: nowrap'>more than there is room</p>",
        says: "more than there is room",
    },
    Fault {
        name: "words_beyond_their_figure",
        kind: "clipped",
        body: "<svg viewBox='0 0 340 40' width='340' role='img' aria-label='words'>\
               <text x='300' y='20' font-size='13'>half of this</text></svg>",
        says: "half of this",
    },
    Fault {
        name: "words_on_words",
        kind: "clipped",
        body: "<svg viewBox='0 0 340 40' width='340' role='img' aria-label='words'>\
               <text x='10' y='20' font-size='13'>as long as this</text>\
               <text x='60' y='22' font-size='13'>no room</text></svg>",
        says: "one on the other: \"as long as this\", \"no room\"",
    },
    Fault {
        name: "small_print",
        kind: "small",
        body: "<p style='font-size: 10px'>conditions apply</p>",
        says: "10.0 px: \"conditions apply\"",
    },
    Fault {
        name: "a_figure_with_small_words",
        kind: "small",
        body: "<svg viewBox='0 0 680 80' width='340' role='img' aria-label='words'>\
               <text x='10' y='40' font-size='13'>in half its size</text></svg>",
        says: "6.5 px: \"in half its size\"",
    },
    Fault {
        name: "pale_words",
        kind: "axe",
        body: "<p style='color: #aaa; background: #fff'>hardly there</p>",
        says: "color-contrast",
    },
    Fault {
        name: "an_image_without_words",
        kind: "axe",
        body: "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
        says: "image-alt",
    },
    Fault {
        name: "code_that_scrolls_but_takes_no_focus",
        kind: "axe",
        body: "<pre style='overflow-x: auto; width: 10em'>let connection = listener.accept().expect(\"a client\");</pre>",
        says: "scrollable-region-focusable",
    },
    Fault {
        name: "a_pale_answer",
        kind: "axe",
        body: "<details><summary>Answer</summary><p style='color: #aaa; background: #fff'>pale</p></details>",
        says: "color-contrast",
    },
    Fault {
        name: "a_heavy_page",
        kind: "heavy",
        body: "<script src='fault-ballast.js'></script>",
        says: "kB",
    },
];

/// Faults that are found by doing more than looking.
const FAULTY_PAGES: &[(&str, &str)] = &[
    (
        "helpless",
        "<a class='skip' href='#here'>Skip</a>
        <a href='#unseen' style='outline: none'>focus that cannot be seen</a>
        <div onclick='open()' role='button'>for mice only</div>
        <a href='#out' style='position: absolute; left: -500px'>out of the window</a>",
    ),
    (
        "dark",
        "<style>img { display: none } @media (prefers-color-scheme: dark) {
            p { color: #444; background: #000 } .late img { display: block } }</style>
        <p>hardly there at night</p>
        <div><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></div>",
    ),
    ("scripted", "<p id='late'></p><script>late.textContent = 'Written by a script.'</script>"),
    (
        "turning",
        "<pre><code tabindex='0'>let connection = listener.accept();</code></pre>
        <script>addEventListener('keydown', () => { location.href = 'index.html'; })</script>",
    ),
];

/// A trial of each function, under its name.
macro_rules! trials {
    ($($check:ident,)*) => { [$(trial(stringify!($check), &HANDS, $check)),*] };
}

fn main() -> ExitCode {
    let survey =
        |&(kind, name)| trial(name, &SURVEY, move |desk: &mut Desk| is_nowhere(desk, kind));
    let mut trials = vec![survey(&KINDS[0])];
    trials.extend(FAULTS.iter().map(|fault| {
        let name = format!("refused::{}", fault.name);
        trial(&name, &HANDS, |desk: &mut Desk| is_found(desk, fault))
    }));
    trials.extend(trials![
        every_theme_has_contrast,
        a_page_that_is_wrong_in_the_dark_is_refused,
        what_opens_has_no_violation,
        everything_is_reached_by_tab,
        a_helpless_page_is_refused,
        the_chapters_open_by_key,
        a_theme_is_chosen_by_key,
        arrows_scroll_what_has_the_focus,
        a_page_that_turns_is_refused,
        search_leads_to_the_page,
        a_word_that_is_nowhere_is_not_found,
        pages_are_complete_without_scripts,
        a_page_that_needs_scripts_is_refused,
        the_chapters_open_without_scripts,
        the_printed_book_is_complete,
        answers_are_open_on_paper,
    ]);
    // Last, since they wait for the first of them, which looks at every page.
    trials.extend(KINDS[1..].iter().map(survey));
    #[cfg(unix)]
    trials.extend(live::trials());
    let conclusion = unchanged::run(browser_and_fonts, &Arguments::from_args(), trials);
    // A static is not dropped: here the browsers and the readers end, whatever has failed.
    for desk in [&SURVEY, &HANDS] {
        drop(desk.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
    #[cfg(unix)]
    live::end();
    conclusion.exit_code()
}

/// The look of a page depends on the browser, too, and on the fonts that there are.
fn browser_and_fonts() -> Vec<String> {
    let mut words: Vec<String> =
        chromium::programs().iter().map(|program| said_by(program, &["--version"])).collect();
    let mut fonts: Vec<String> = said_by("fc-list", &[]).lines().map(str::to_owned).collect();
    fonts.sort();
    words.extend(fonts);
    words
}

fn trial(
    name: &str,
    shared: &'static Shared,
    check: impl FnOnce(&mut Desk) + Send + 'static,
) -> Trial {
    needs_chromium(Trial::test(name, move || {
        at(shared, check);
        Ok(())
    }))
}

fn needs_chromium(trial: Trial) -> Trial {
    if chromium::driver().is_some() || env::var_os("CI").is_some() {
        return trial;
    }
    trial.with_kind("needs chromium and chromedriver on PATH").with_ignored_flag(true)
}

type Shared = Mutex<Option<Desk>>;

/// Where every page is looked at.
static SURVEY: Shared = Shared::new(None);

/// Where everything else is tried, at the same time.
static HANDS: Shared = Shared::new(None);

/// Runs a check at a desk when that is free. A check that fails leaves it in order: each opens pages of
/// its own.
fn at(shared: &Shared, check: impl FnOnce(&mut Desk)) {
    let mut desk = shared.lock().unwrap_or_else(PoisonError::into_inner);
    check(desk.get_or_insert_with(|| {
        // Such that compression does not help.
        let mut number = 1u32;
        let mut noise = || {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'0' + (number >> 24) as u8 % 64)
        };
        let comment = std::iter::repeat_with(&mut noise).take(700_000).collect::<String>();
        let ballast = ("fault-ballast.js".to_owned(), format!("//{comment}"));
        let faults = FAULTS.iter().map(|fault| (fault.name, fault.body));
        let pages = faults.chain(FAULTY_PAGES.iter().copied()).map(|(name, body)| {
            let html = format!(
                "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>A fault</title>\
                 <meta name='viewport' content='width=device-width'></head>\
                 <body><main><h1>A fault</h1> {body}</main></body></html>"
            );
            (format!("fault-{name}.html"), html)
        });
        Desk::new(pages.chain([ballast]))
    }));
}

// ----------------------------------------------------------------------------
// What every page must be.

#[track_caller]
fn nothing(wrong: impl IntoIterator<Item = String>) {
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{} times:\n    {}", wrong.len(), wrong.join("\n    "));
}

fn is_nowhere(desk: &mut Desk, kind: &str) {
    let views = desk.survey().iter();
    nothing(views.flat_map(|view| {
        view.of(kind).into_iter().map(move |what| format!("{}: {what}", view.name))
    }));
}

fn is_found(desk: &mut Desk, fault: &Fault) {
    let views = desk.look(&format!("fault-{}.html", fault.name), NARROW, &[false]);
    let found: Vec<String> = views.iter().flat_map(|view| view.of(fault.kind)).collect();
    assert!(
        found.iter().any(|what| what.contains(fault.says)),
        "nothing {} says {:?}: {found:?}",
        fault.kind,
        fault.says
    );
}

/// The themes that a reader can choose besides `light` and `navy`, which the survey sees.
fn every_theme_has_contrast(desk: &mut Desk) {
    desk.browser.emulate(WIDE, false);
    let mut wrong = Vec::new();
    for page in ["02-1-client.html", "03-threads.html", "04-buffers.html", "verdicts.html"] {
        desk.open(page);
        for theme in ["rust", "coal", "ayu"] {
            desk.choose_theme(theme);
            wrong.extend(desk.axe().into_iter().map(|what| format!("{page}, {theme}: {what}")));
        }
        desk.choose_theme("default_theme");
    }
    nothing(wrong);
}

/// Of a page that has been seen in the light, some rules look again; all do where it shows something new.
fn a_page_that_is_wrong_in_the_dark_is_refused(desk: &mut Desk) {
    let axe = |views: &[View]| -> Vec<String> {
        let found = views.iter().map(|view| view.of("axe").join("\n"));
        found.collect()
    };
    let page = "fault-dark.html";
    let [light, dark] = &axe(&desk.look(page, NARROW, &[false, true]))[..] else { panic!("two") };
    assert_eq!(light, "");
    assert!(dark.contains("color-contrast") && !dark.contains("image-alt"), "{dark}");
    desk.browser.run("document.querySelector('div').className = 'late'", &[]);
    let more = desk.axe().join("\n");
    assert!(more.contains("color-contrast") && more.contains("image-alt"), "{more}");
}

/// The list of themes, the search's results, the help, and on a narrow page the chapters.
fn what_opens_has_no_violation(desk: &mut Desk) {
    let mut wrong = Vec::new();
    let mut look = |what| wrong.extend(desk.axe().into_iter().map(|why| format!("{what}: {why}")));
    for (width, dark) in [(WIDE, false), (NARROW, true)] {
        desk.browser.emulate(width, dark);
        desk.open("02-2-server.html");
        desk.click("mdbook-theme-toggle");
        look("themes");
        desk.click("mdbook-theme-toggle");
        desk.search("listener");
        look("search");
        desk.press(&[Key::Escape]);
        desk.browser.press(&['?']);
        look("help");
        desk.press(&[Key::Escape]);
        desk.click("mdbook-sidebar-toggle");
        look("chapters");
        desk.click("mdbook-sidebar-toggle");
    }
    nothing(wrong);
}

// ----------------------------------------------------------------------------
// Without a mouse.

fn everything_is_reached_by_tab(desk: &mut Desk) {
    let pages = desk.pages.iter().filter(|page| *page != "print.html");
    nothing(
        pages.flat_map(|page| {
            desk.walk(page).into_iter().map(move |what| format!("{page}: {what}"))
        }),
    );
}

fn a_helpless_page_is_refused(desk: &mut Desk) {
    let wrong = desk.walk("fault-helpless.html").join("\n");
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
fn the_chapters_open_by_key(desk: &mut Desk) {
    desk.browser.emulate(NARROW, false);
    let state = || {
        desk.browser.run(
            "const button = document.getElementById('mdbook-sidebar-toggle');
             const list = document.getElementById('mdbook-sidebar');
             const open = list.checkVisibility({ visibilityProperty: true })
                 && list.getBoundingClientRect().left >= 0;
             return [document.activeElement.id, button.ariaExpanded, open];",
            &[],
        )
    };
    for key in [Key::Enter, Key::Space] {
        desk.open("02-2-server.html");
        desk.press(&[Key::Tab, Key::Tab]);
        assert_eq!(state(), json!(["mdbook-sidebar-toggle", "false", false]));
        desk.press(&[key]);
        assert_eq!(state(), json!(["mdbook-sidebar-toggle", "true", true]));
        desk.press(&[key]);
        assert_eq!(state(), json!(["mdbook-sidebar-toggle", "false", false]));
    }
}

fn a_theme_is_chosen_by_key(desk: &mut Desk) {
    desk.browser.emulate(WIDE, false);
    let state = || {
        desk.browser.run(
            "return [document.activeElement.id, document.documentElement.classList.contains('rust')]",
            &[],
        )
    };
    desk.open("index.html");
    desk.browser.run("document.getElementById('mdbook-theme-toggle').focus()", &[]);
    desk.press(&[Key::Enter]);
    assert_eq!(state(), json!(["mdbook-theme-light", false]));
    desk.press(&[Key::Down, Key::Enter]);
    assert_eq!(state(), json!(["mdbook-theme-rust", true]));
    desk.press(&[Key::Escape]);
    assert_eq!(state(), json!(["mdbook-theme-toggle", true]));
    desk.choose_theme("default_theme");
}

fn arrows_scroll_what_has_the_focus(desk: &mut Desk) {
    let code = desk.press_arrow_on("02-2-server.html", "pre > code[tabindex]", true);
    let table = desk.press_arrow_on("verdicts.html", ".table-wrapper[tabindex]", true);
    let prediction = desk.press_arrow_on("02-2-server.html", "summary", false);
    nothing([code, table, prediction].into_iter().flatten());
    // Where nothing has the focus, they turn the page.
    let turned = desk.press_arrow_on("02-1-client.html", "body", false);
    assert!(turned.as_ref().is_some_and(|what| what.contains("/02-2-server.html")), "{turned:?}");
}

fn a_page_that_turns_is_refused(desk: &mut Desk) {
    let wrong = desk.press_arrow_on("fault-turning.html", "pre > code", false);
    assert!(wrong.as_ref().is_some_and(|what| what.contains("turned to /index.html")), "{wrong:?}");
}

// ----------------------------------------------------------------------------
// Search.

fn search_leads_to_the_page(desk: &mut Desk) {
    desk.browser.emulate(WIDE, false);
    for (term, page) in [
        ("accept queue", "/02-2-server.html"),
        ("SO_REUSEADDR", "/02-3-port-reuse.html"),
        ("send buffer", "/04-buffers.html"),
    ] {
        desk.open("index.html");
        let found = desk.search(term);
        let place = found.iter().position(|result| result == page);
        let place = place.unwrap_or_else(|| panic!("{term} is not found on {page}: {found:?}"));
        desk.press(&vec![Key::Down; place + 1]);
        desk.press(&[Key::Enter]);
        desk.browser.until(
            &format!("find {term} marked on {page}"),
            &format!(
                "return location.pathname === '{page}' && document.querySelector('main mark') !== null"
            ),
        );
    }
}

fn a_word_that_is_nowhere_is_not_found(desk: &mut Desk) {
    desk.open("index.html");
    assert_eq!(desk.search("zyzzyva"), [""; 0]);
}

// ----------------------------------------------------------------------------
// Without scripts, and on paper.

fn pages_are_complete_without_scripts(desk: &mut Desk) {
    let pages: Vec<String> =
        desk.pages.iter().filter(|page| *page != "print.html").cloned().collect();
    nothing(pages.iter().filter_map(|page| desk.without_scripts(page)));
}

fn a_page_that_needs_scripts_is_refused(desk: &mut Desk) {
    let wrong = desk.without_scripts("fault-scripted.html");
    let says = r#"with scripts "Written by a script.", without """#;
    assert!(wrong.as_ref().is_some_and(|what| what.contains(says)), "{wrong:?}");
}

fn the_chapters_open_without_scripts(desk: &mut Desk) {
    desk.browser.emulate(NARROW, false);
    let open = || {
        desk.browser.run(
            "const list = document.querySelector('#mdbook-sidebar iframe');
             return list.checkVisibility({ visibilityProperty: true })
                 && list.getBoundingClientRect().left >= 0;",
            &[],
        )
    };
    desk.allow_scripts(false);
    desk.open("02-2-server.html");
    let before = open();
    desk.press(&[Key::Tab, Key::Space]);
    let after = open();
    desk.allow_scripts(true);
    assert_eq!([before, after], [false, true]);
}

fn the_printed_book_is_complete(desk: &mut Desk) {
    let mut expected = Content::default();
    for page in desk.pages.clone() {
        if page != "404.html" && page != "print.html" {
            expected += desk.content(&page);
        }
    }
    assert!(expected.headings.len() > 50, "only {:?}", expected.headings);
    let printed = desk.content("print.html");
    assert_eq!(printed.headings, expected.headings);
    assert!(printed == expected, "other words, figures, listings or answers");
}

fn answers_are_open_on_paper(desk: &mut Desk) {
    let shown = || {
        desk.browser.run(
            "const answers = [...document.querySelectorAll('main details:not([open]) > :not(summary)')]
                 .filter((answer) => !answer.closest('.run-live, .grade'));
             return [answers.length > 0, answers.every((answer) => answer.checkVisibility())];",
            &[],
        )
    };
    desk.browser.emulate(WIDE, false);
    desk.open("02-2-server.html");
    assert_eq!(shown(), json!([true, false]), "on the screen");
    desk.browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    assert_eq!(shown(), json!([true, true]), "on paper");
}
