//! The live parts of the page: programs that run on it, the exercise that is graded while it is edited,
//! and what neither of them must allow.
//!
//! The reader serves a copy of the book. Programs are those of this workspace. What grades lesson 2 there
//! is a small suite, so that the exercise can be edited and built within a second: what the real one
//! tells is tested in `tests/grader/tests/live.rs`.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::key::Key;
use libtest_mimic::Trial;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::chromium::{self, Chromium};
use crate::desk::{EVERYWHERE, LOOK, NARROW, WIDE, strings};
use crate::process::DEADLINE;
use crate::site::{Site, copied};
use crate::unchanged::root;
use crate::{needs_chromium, nothing};

/// A run may have to build a lesson first.
const LONGEST: Duration = Duration::from_secs(240);

/// Counts the streams that a page has opened.
const STREAMS: &str = "
    window.streams = [];
    window.EventSource = class extends EventSource {
        constructor(...given) { super(...given); streams.push(this); }
    };";

const PAIR: &str = r#".run[data-server="lesson02"][data-client="lesson01"]"#;
const THREADS: &str = r#".run[data-server="lesson04 --work 1"]"#;
const BUFFERS: &str = r#".run[data-program="lesson05"]"#;
const DAEMON: &str = r#".run[data-server="lesson04/daemon.py"]"#;

const CHAPTER: &str = "02-2-server.html";
const EXERCISE: &str = "lessons/lesson02/exercise.rs";
const GRADE: &str = r#"section.grade[data-lesson="lesson02"]"#;

/// Writes down what is to be built. The exercise is one of the copied book, all else is of this workspace.
const CARGO: &str = r#"#!/bin/sh
echo "$@" >> "$COPY/started"
case "$*" in
  *--test*) export CARGO_TARGET_DIR="$COPY/target" ;;
  *) cd "$WORKSPACE" || exit 1 ;;
esac
exec "$REAL_CARGO" "$@"
"#;

const MANIFEST: &str = r#"
[package]
name = "lesson02"
version = "0.1.0"
edition = "2024"
autobins = false

[[bin]]
name = "exercise02"
path = "exercise.rs"

[[test]]
name = "lesson02"
path = "suite.rs"
harness = false
"#;

/// The second check wants the exercise to say `right`.
const SUITE: &str = r#"
use std::process::Command;

fn main() {
    print!("{}", include_str!("begin.json"));
    let said = Command::new(env!("CARGO_BIN_EXE_exercise02")).output().expect("it starts").stdout;
    let verdict = [include_str!("wrong.json"), include_str!("right.json")];
    print!("{}", verdict[usize::from(said == b"right\n")]);
}
"#;

const WRONG: &str = "fn main() {\n    println!(\"wrong\");\n}\n";
const RIGHT: &str = "fn main() {\n    println!(\"right\");\n}\n";
/// What the compiler quotes of it is text, and no part of the page.
const CANNOT_COMPILE: &str = "fn main() {\n    println!(\"<b id='injected'>\", nobody);\n}\n";

/// A trial of each function, under its name.
macro_rules! trials {
    ($($check:ident,)*) => { vec![$(trial(stringify!($check), $check)),*] };
}

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        a_pair_is_run_and_both_are_read,
        a_server_is_stopped_by_its_button,
        the_kernels_view_is_drawn,
        a_panel_is_used_by_key,
        a_panel_is_in_order_while_it_runs_and_after,
        an_exercise_is_mended_under_an_open_page,
        a_compile_error_is_shown_as_text_and_goes,
        two_tabs_agree,
        a_page_outlives_its_reader,
        grades_that_are_told_again_leave_the_focus,
        a_static_copy_shows_the_recordings,
        a_hostile_page_starts_nothing,
        a_rebound_name_starts_nothing,
        a_hostile_chapter_starts_nothing_else,
        a_prediction_is_remembered,
    ];
    let has_python = Command::new("python3").arg("-V").output().is_ok();
    let input = trial("a_line_is_typed_to_a_program", a_line_is_typed_to_a_program);
    trials.push(match has_python {
        true => input,
        false => input.with_kind("needs python3").with_ignored_flag(true),
    });
    trials
}

static LIVE: Mutex<Option<Live>> = Mutex::new(None);

/// Runs a check when the browser is free. It leaves no program behind.
fn trial(name: &str, check: fn(&mut Live)) -> Trial {
    needs_chromium(Trial::test(format!("live::{name}"), move || {
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        let live = live.get_or_insert_with(Live::new);
        live.browser.emulate(WIDE, false);
        live.tidy();
        check(live);
        live.is_quiet();
        Ok(())
    }))
}

/// A static is not dropped: here the browser and the reader end.
pub fn end() {
    drop(LIVE.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// A browser, and the book in it with all that it can do.
struct Live {
    browser: Chromium,
    site: Site,
}

impl Live {
    fn new() -> Live {
        let driver = chromium::driver().expect("CI needs chromium and chromedriver on PATH");
        let sources = copied();
        let copy = sources.path().to_owned();
        let write = |file: &str, text: &str| fs::write(copy.join(file), text).expect("written");
        write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"lessons/lesson02\"]\n");
        write("lessons/lesson02/Cargo.toml", MANIFEST);
        write("lessons/lesson02/suite.rs", SUITE);
        let lines =
            |lines: &[Json]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let ended = |check: &str, status: &str| json!({ "live": "ended", "check": check, "status": status, "seconds": 0.1 });
        let check = |id: &str, hint: &str| json!({ "check": id, "demands": "To say it.", "section": CHAPTER, "hint": hint, "status": "waiting" });
        write(
            "lessons/lesson02/begin.json",
            &lines(&[
                json!({ "live": "checks", "lesson": "lesson02", "checks": [
                    check("answers_a_request", "Does it start?"),
                    check("serves_the_next_client", "What does it say?"),
                ] }),
                json!({ "live": "running", "check": "answers_a_request" }),
                ended("answers_a_request", "passed"),
                json!({ "live": "running", "check": "serves_the_next_client" }),
            ]),
        );
        write("lessons/lesson02/right.json", &lines(&[ended("serves_the_next_client", "passed")]));
        let mut failed = ended("serves_the_next_client", "failed");
        failed["likely"] = json!(["It says <i id='injected'>something</i> else."]);
        failed["report"] = json!("--> 1  look at <i id='injected'>what it says</i>");
        write("lessons/lesson02/wrong.json", &lines(&[failed]));
        write(EXERCISE, WRONG);
        write("cargo", CARGO);
        fs::set_permissions(copy.join("cargo"), fs::Permissions::from_mode(0o755)).expect("a mode");
        let environment = vec![
            ("CARGO", copy.join("cargo").into()),
            ("COPY", copy.into()),
            ("WORKSPACE", root().into()),
            ("REAL_CARGO", env::var_os("CARGO").unwrap_or("cargo".into())),
        ];
        let site = Site::of(sources, environment);
        let browser = Chromium::start(&driver, &format!("{EVERYWHERE}\n{STREAMS}"));
        Live { browser, site }
    }

    fn open(&self, page: &str) {
        self.browser.open(&self.site.url(page));
    }

    /// Opens a page with a panel, and waits until it can be used.
    fn open_panel(&self, page: &str, panel: &str) {
        self.open(page);
        // What ran there before may still be shown.
        self.until(&format!("['idle', 'over'].includes({}?.dataset.state)", query(panel)));
    }

    fn until(&self, condition: &str) {
        self.browser.until(&format!("see {condition}"), &format!("return {condition}"));
    }

    fn get(&self, expression: &str) -> Json {
        self.browser.run(&format!("return {expression}"), &[])
    }

    fn click(&self, selector: &str) {
        self.get(&format!("{}.click()", query(selector)));
    }

    fn press(&self, key: Key) {
        self.browser.press(&[key.into()]);
    }

    /// Waits until a panel is in this state; it may have to build its programs first.
    fn is(&self, panel: &str, state: &str) {
        let script = format!("return {}.dataset.state === '{state}'", query(panel));
        self.browser.until_within(LONGEST, &format!("see {panel} {state}"), &script);
    }

    /// Waits until a program of a panel has ended.
    fn sees_the_end_of(&self, panel: &str, program: usize) {
        let end = query(&format!("{panel} [data-kind=exit][data-program=\"{program}\"]"));
        self.browser.until_within(LONGEST, "see the end", &format!("return {end} !== null"));
    }

    fn listens(&self, panel: &str) {
        let log = query(&format!("{panel} .run-log"));
        let listening = format!("return /listening on/.test({log}.textContent)");
        self.browser.until_within(LONGEST, "see the server listen", &listening);
    }

    /// The texts of what a selector finds.
    fn texts(&self, selector: &str) -> Vec<String> {
        strings(&self.get(&format!(
            "[...document.querySelectorAll('{selector}')].map((found) => found.textContent.trim())"
        )))
    }

    /// Writes a file at once, as most editors do.
    fn save(&self, file: &str, text: &str) {
        let draft = self.site.file("draft");
        fs::write(&draft, text).expect("written");
        fs::rename(draft, self.site.file(file)).expect("renamed");
    }

    /// What cargo was asked to build so far.
    fn started(&self) -> Vec<String> {
        let started = fs::read_to_string(self.site.file("started")).unwrap_or_default();
        started.lines().map(String::from).collect()
    }

    /// Ends what a check that has failed may have left.
    fn tidy(&self) {
        if self.site.children() > 0 {
            self.open("404.html");
            self.get("sessionStorage.clear()");
            self.is_quiet();
        }
    }

    /// Waits until the reader has no child.
    #[track_caller]
    fn is_quiet(&self) {
        let deadline = Instant::now() + DEADLINE;
        while self.site.children() > 0 {
            assert!(Instant::now() < deadline, "{} children are left", self.site.children());
            thread::yield_now();
        }
    }

    /// What is wrong with the open page, and with this part of it for those who cannot see it.
    fn faults(&self, part: &str) -> Vec<String> {
        let found = self.browser.run(LOOK, &[json!(part)]);
        ["axe", "sideways", "clipped", "small"]
            .iter()
            .flat_map(|kind| strings(&found[kind]))
            .collect()
    }

    /// Opens the chapter with the exercise in this state, and has it graded.
    fn grade(&self, exercise: &str) {
        self.save(EXERCISE, exercise);
        self.open(CHAPTER);
        self.until(&format!("{}.dataset.state !== undefined", query(GRADE)));
        // In one go: a page that remembers may be about to switch it on itself.
        let button = query(&format!("{GRADE} .grade-switch"));
        self.get(&format!("{button}.ariaPressed === 'false' && {button}.click()"));
        self.until("document.querySelector('.grade-switch').ariaPressed === 'true'");
    }

    /// Waits until the second check on the open chapter has this verdict.
    fn verdict(&self, status: &str) {
        self.until(&format!(
            "{}.dataset.state === 'graded' && {}.dataset.status === '{status}'",
            query(GRADE),
            query(&format!("{GRADE} [data-check=serves_the_next_client]"))
        ));
    }
}

fn query(selector: &str) -> String {
    format!("document.querySelector('{selector}')")
}

// ----------------------------------------------------------------------------
// Programs on the page.

fn a_pair_is_run_and_both_are_read(live: &mut Live) {
    live.open_panel("02-1-client.html", PAIR);
    live.click(&format!("{PAIR} .run-start"));
    live.is(PAIR, "over");
    let server = live
        .texts(&format!("{PAIR} [data-kind=line][data-program=\"0\"][data-stream=stdout] code"));
    let client = live
        .texts(&format!("{PAIR} [data-kind=line][data-program=\"1\"][data-stream=stdout] code"));
    assert!(server[0].starts_with("listening on 127.0.0.1:"), "{server:?}");
    assert!(server[2].ends_with("sent 22 bytes: \"你好,我是客户端\""), "{server:?}");
    assert_eq!(client, ["问题正在处理中..."]);
    assert_eq!(live.texts(&format!("{PAIR} [data-kind=exit] > :last-child")), ["exit code 0"; 2]);
    let status = live.texts(&format!("{PAIR} .run-status")).remove(0);
    for program in ["lesson01: exit code 0", "lesson02: exit code 0"] {
        assert!(status.contains(program), "{status}");
    }
    // Side by side, each under the other in time.
    let places = live.get(
        "['0', '1'].map((program) => {
             const last = (part) => [...document.querySelectorAll(
                 `.run[data-state=over] [data-program=\"${program}\"][data-kind=line] ${part}`)].at(-1);
             const { left, right } = last('code').getBoundingClientRect();
             return [left, right];
         })",
    );
    let [server, client] = [0, 1].map(|at| [0, 1].map(|edge| places[at][edge].as_f64().unwrap()));
    assert!(client[0] < server[0] && client[1] < server[1], "{places}");
    // Another run begins on an empty list, and goes by the arguments that were typed.
    let field = query(&format!("{PAIR} [data-argument=\"--message\"]"));
    live.get(&format!("{field}.value = '<i id=injected>'"));
    live.click(&format!("{PAIR} .run-start"));
    live.is(PAIR, "over");
    let server = live.texts(&format!("{PAIR} [data-kind=line][data-program=\"0\"] code"));
    assert!(server[2].ends_with("\"<i id=injected>\""), "{server:?}");
    assert_eq!(live.texts("#injected"), [""; 0], "a program's output became a part of the page");
    assert_eq!(
        live.texts(&format!("{PAIR} [data-kind=exit]")).len(),
        2,
        "the last run is still there"
    );
}

fn a_server_is_stopped_by_its_button(live: &mut Live) {
    live.open_panel("03-threads.html", THREADS);
    live.click(&format!("{THREADS} .run-start"));
    live.sees_the_end_of(THREADS, 1);
    assert_eq!(live.site.children(), 1, "the server goes on");
    live.click(&format!("{THREADS} .run-stop"));
    live.is(THREADS, "over");
    let server = live.texts(&format!("{THREADS} [data-kind=line][data-program=\"0\"] code"));
    assert!(server.iter().any(|line| line.ends_with("goodbye")), "{server:?}");
    assert_eq!(
        live.texts(&format!("{THREADS} [data-kind=exit][data-program=\"0\"] > :last-child")),
        ["exit code 0"]
    );
}

fn a_line_is_typed_to_a_program(live: &mut Live) {
    live.open_panel("03-threads.html", DAEMON);
    // The panel stands in an answer.
    live.get(&format!("{}.closest('details').open = true", query(DAEMON)));
    live.click(&format!("{DAEMON} .run-start"));
    live.listens(DAEMON);
    live.get(&format!("{}.focus()", query(&format!("{DAEMON} .run-input input"))));
    live.browser.run(
        "window.sent = [];
         const { fetch } = window;
         window.fetch = (path, options) => { sent.push(options?.body); return fetch(path, options); };",
        &[],
    );
    live.browser.press(&['e', 'n', 'd', Key::Enter.into()]);
    live.is(DAEMON, "over");
    assert_eq!(
        live.texts(&format!("{DAEMON} [data-kind=exit][data-program=\"0\"] > :last-child")),
        ["exit code 0"]
    );
    let sent = live.get("sent.filter((body) => body !== undefined).map(JSON.parse)");
    assert_eq!(sent, json!([{ "program": 0, "line": "end" }]));
    let focused = live.get(&format!(
        "document.activeElement === {}",
        query(&format!("{DAEMON} .run-input input"))
    ));
    assert_eq!(focused, json!(true), "the program's end has taken the focus away");
}

fn the_kernels_view_is_drawn(live: &mut Live) {
    // Its table is wider than the page.
    live.browser.emulate(NARROW, true);
    live.open_panel("04-buffers.html", BUFFERS);
    live.click(&format!("{BUFFERS} .run-start"));
    live.is(BUFFERS, "over");
    // It goes on for a moment.
    live.until(&format!(
        "{} !== null",
        query(&format!("{BUFFERS} .run-socket.client[data-state=TIME_WAIT]"))
    ));
    let states = |end: &str| live.texts(&format!("{BUFFERS} .run-socket.{end} .run-state"));
    for (end, state) in [("server", "LISTEN"), ("server", "ESTABLISHED"), ("client", "ESTABLISHED")]
    {
        assert!(
            states(end).contains(&state.to_owned()),
            "no {state} of the {end}: {:?}",
            states(end)
        );
    }
    for (end, queue) in [("client", "send"), ("server", "receive")] {
        let words = live.texts(&format!("{BUFFERS} .run-socket.{end} [data-queue={queue}]"));
        let bytes =
            words.iter().map(|text| text.rsplit(' ').next().and_then(|text| text.parse().ok()));
        let bytes: Vec<u64> = bytes.map(|bytes| bytes.expect("a number")).collect();
        let most = bytes.iter().max().expect("a queue");
        assert!(*most > 1000, "the {queue} queue does not fill: {bytes:?}");
        if queue == "send" {
            assert_eq!(bytes.last(), Some(&0), "the {queue} queue does not drain: {bytes:?}");
        }
    }
    // The fullest bar is full.
    let widths = live.get(
        "[...document.querySelectorAll('.run-queue')].map((bar) =>
             parseFloat(bar.style.getPropertyValue('--bytes')) / parseFloat(getComputedStyle(bar).getPropertyValue('--most')))",
    );
    let widths =
        widths.as_array().expect("a list").iter().map(|width| width.as_f64().expect("a number"));
    let widest = widths.fold(0.0, f64::max);
    assert!((widest - 1.0).abs() < 1e-9, "{widest}");
    nothing(live.faults(BUFFERS));
}

/// Where the focus is, and whether it can be seen.
const FOCUS: &str = "
    const { className } = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    const { left, right, top, bottom } = document.activeElement.getBoundingClientRect();
    const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return [className, outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1, isInside];";

fn a_panel_is_used_by_key(live: &mut Live) {
    live.open_panel("03-threads.html", THREADS);
    let is_at = |button: &str| {
        assert_eq!(live.browser.run(FOCUS, &[]), json!([button, true, true]));
    };
    live.get(&format!("{}.focus()", query(&format!("{THREADS} .run-start"))));
    live.press(Key::Enter);
    live.listens(THREADS);
    is_at("run-start");
    // Once more does nothing.
    live.press(Key::Enter);
    live.press(Key::Tab);
    is_at("run-stop");
    live.browser.press(&[' ']);
    live.is(THREADS, "over");
    is_at("run-stop");
    assert_eq!(live.texts(&format!("{THREADS} [data-kind=start][data-program=\"0\"]")).len(), 1);
    // A screen reader is told how it went, and not each line.
    let told = live.get(&format!(
        "[...{}.querySelectorAll('[role=status], [role=log], [role=alert], [aria-live]')].map((told) => told.className)",
        query(THREADS)
    ));
    assert_eq!(told, json!(["run-status"]));
}

fn a_panel_is_in_order_while_it_runs_and_after(live: &mut Live) {
    let mut wrong = Vec::new();
    for width in [WIDE, NARROW] {
        let mut look = |when: &str| {
            for dark in [false, true] {
                live.browser.emulate(width, dark);
                let found = live.faults(THREADS).into_iter();
                wrong.extend(found.map(|what| format!("{when}, {width} px, dark {dark}: {what}")));
            }
        };
        // Also for the list of chapters, which is open on a wide page when it is loaded.
        live.browser.emulate(width, false);
        live.open_panel("03-threads.html", THREADS);
        live.click(&format!("{THREADS} .run-start"));
        live.sees_the_end_of(THREADS, 1);
        look("running");
        assert_eq!(live.get(&format!("{}.dataset.state", query(THREADS))), "running");
        live.click(&format!("{THREADS} .run-stop"));
        live.is(THREADS, "over");
        look("over");
    }
    nothing(wrong);
}

// ----------------------------------------------------------------------------
// The exercise.

/// Whether the page is the one on which this was written.
const SAME_PAGE: &str = "window.untouched === true";

fn an_exercise_is_mended_under_an_open_page(live: &mut Live) {
    live.grade(WRONG);
    live.get("window.untouched = true");
    live.verdict("failed");
    assert_eq!(
        live.get(&format!("{}.dataset.status", query("[data-check=answers_a_request]"))),
        "passed"
    );
    assert_eq!(live.texts("#injected"), [""; 0], "a report became a part of the page");
    // The report is there to be read, the hint is not, until it is asked for.
    let failed = "[data-check=serves_the_next_client] .grade-why";
    let is_seen =
        |part: &str| live.get(&format!("{}.checkVisibility()", query(&format!("{failed} {part}"))));
    live.click(&format!("{failed} [data-part=report] > summary"));
    assert_eq!(is_seen("[data-part=report] pre"), true);
    assert_eq!(is_seen("[data-part=hint] p"), false, "the hint is not folded");
    live.click(&format!("{failed} [data-part=hint] > summary"));
    assert_eq!(is_seen("[data-part=hint] p"), true);
    assert_eq!(live.texts(&format!("{failed} [data-part=hint] p")), ["What does it say?"]);
    assert_eq!(live.texts(&format!("{GRADE} .grade-todo code")), [EXERCISE]);
    let sign = |page: &str| live.texts(&format!(".sidebar a[href$=\"{page}\"] .grade-sign"));
    nothing(live.faults(GRADE));
    live.until("document.querySelector('.sidebar .grade-sign') !== null");
    assert_eq!(sign(CHAPTER), ["✗"]);
    assert_eq!(sign("02-1-client.html"), ["○"]);

    live.save(EXERCISE, RIGHT);
    live.verdict("passed");
    assert_eq!(live.get(SAME_PAGE), true, "it was loaded again");
    assert_eq!(sign(CHAPTER), ["✓"]);
    assert_eq!(live.texts(failed), [""; 0], "the old report is still there");

    // The opening page follows, too.
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

fn a_compile_error_is_shown_as_text_and_goes(live: &mut Live) {
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

fn two_tabs_agree(live: &mut Live) {
    live.grade(WRONG);
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

fn a_page_outlives_its_reader(live: &mut Live) {
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
    // The new reader's page, and what the reader knew on the old one.
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

/// The reader tells all grades when a stream begins, and when one of them has changed.
fn grades_that_are_told_again_leave_the_focus(live: &mut Live) {
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

fn a_prediction_is_remembered(live: &mut Live) {
    let options = ".predict .option";
    live.open(CHAPTER);
    live.get("localStorage.clear()");
    live.open(CHAPTER);
    assert_eq!(live.texts(".prediction p"), [""; 0]);
    live.click(&format!("{options} > summary"));
    let predicted = live.texts(".prediction p");
    assert!(predicted[0].starts_with("You predicted “"), "{predicted:?}");
    live.open(CHAPTER);
    assert_eq!(live.texts(".prediction p"), predicted);
    assert_eq!(live.get("document.querySelectorAll('.option.chosen').length"), 1);
    // It can be taken back.
    live.click(".prediction button");
    live.open(CHAPTER);
    assert_eq!(live.texts(".prediction p"), [""; 0]);

    // Without scripts, each option opens all the same.
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

// ----------------------------------------------------------------------------
// Elsewhere than on a served page.

fn a_static_copy_shows_the_recordings(live: &mut Live) {
    let copy = TempDir::new().expect("a directory");
    let built = Command::new(env!("CARGO_BIN_EXE_book"))
        .args(["build", "--root"])
        .arg(root())
        .arg("--dest")
        .arg(copy.path())
        .output()
        .expect("the reader starts");
    assert!(built.status.success(), "{built:?}");
    let file = |page: &str| format!("file://{}", copy.path().join(page).display());
    // What there is to press or fill in; mdBook's own button copies a listing.
    const CONTROLS: &str =
        "[...document.querySelectorAll('main :is(button, input, select, form, [role=button])')]
        .filter((control) => !control.matches('.clip-button')).map((control) => control.className)";
    const RECORDINGS: &str = "[...document.querySelectorAll('.run')].map((panel) => {
        const parts = [...panel.querySelectorAll('pre, .run-note')];
        for (let part = panel; part; part = part.parentElement) if (part.matches('details')) part.open = true;
        return [parts.length > 0 && parts.every((part) => part.checkVisibility()), panel.lastElementChild.textContent];
    })";
    for page in ["02-1-client.html", CHAPTER, "03-threads.html", "04-buffers.html"] {
        live.browser.open(&file(page));
        assert_eq!(live.get(CONTROLS), json!([]), "{page}");
        let panels = live.get(RECORDINGS);
        let panels = panels.as_array().expect("a list");
        assert!(panels.len() > 2, "{page}: {panels:?}");
        for panel in panels {
            assert_eq!(panel[0], true, "{page}: {panels:?}");
            let note = panel[1].as_str().unwrap_or_default();
            assert!(note.ends_with("serve the book yourself: cargo run -p book"), "{page}: {note}");
        }
        let how = live.texts(".grade .grade-how").remove(0);
        assert!(how.contains("cargo run -p book"), "{page}: {how}");
        assert_eq!(live.get("document.querySelectorAll('.grade .grade-mark').length"), 0, "{page}");
    }
    live.browser.open(&file("index.html"));
    assert!(live.texts(".grades")[0].contains("cargo run -p book"));
    // Served, the same page has some.
    live.open_panel(CHAPTER, PAIR.split("[data-client").next().expect("a part"));
    assert_ne!(live.get(CONTROLS), json!([]));
}

// ----------------------------------------------------------------------------
// Who must not start anything.

/// Serves an empty page for as long as the browser asks.
fn elsewhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            let _ = connection.set_read_timeout(Some(DEADLINE));
            let _ = connection.read(&mut [0; 4096]);
            let page = "<!DOCTYPE html><title>Elsewhere</title><body>";
            let _ = write!(
                connection,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
                page.len()
            );
        }
    });
    format!("http://{address}/")
}

/// All that a page can do to have something started or read at another address; each resolves when that
/// is over, to what came of it.
const ATTEMPTS: &str = r#"
const [there] = arguments;
const run = JSON.stringify({ panel: 'hostile', programs: [{ name: 'lesson02' }] });
const read = (path, options) => fetch(there + path, options).then(
    async (answer) => `${answer.type} ${answer.status} ${(await answer.text()).slice(0, 20)}`, () => 'refused');
const loads = (element, attribute, path) => new Promise((resolve) => {
    element.onload = () => resolve('loaded');
    element.onerror = () => resolve('refused');
    element[attribute] = there + path;
    document.body.append(element);
});
const submits = (path, fields) => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.name = 'hidden' + Math.random();
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action: there + path, target: frame.name, enctype: 'text/plain' });
    for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement('input'), { name, value }));
    }
    document.body.append(frame, form);
    frame.onload = () => resolve('sent');
    form.submit();
});
const listens = (path) => new Promise((resolve) => {
    const stream = new EventSource(there + path);
    stream.onopen = () => resolve('heard');
    stream.onerror = () => { stream.close(); resolve('refused'); };
});
const connects = (path) => new Promise((resolve) => {
    const socket = new WebSocket(there.replace('http', 'ws') + path);
    socket.onopen = () => resolve('connected');
    socket.onerror = () => resolve('refused');
});
const json = { 'Content-Type': 'application/json' };
const token = { 'X-Book-Token': '00000000000000000000000000000000' };
const late = new Promise((resolve) => { setTimeout(resolve, 20000, 'goes on'); });
return Promise.all(Object.entries({
    'reads the token': read('live/session'),
    'reads a panel': read('live/panel?program=lesson02'),
    'starts blindly': read('live/run', { method: 'POST', mode: 'no-cors', body: run }),
    'starts as JSON': read('live/run', { method: 'POST', headers: json, body: run }),
    'starts with a token': read('live/run', { method: 'POST', headers: { ...json, ...token }, body: run }),
    'starts by GET': read('live/run', { mode: 'no-cors' }),
    'starts another program': read('live/run', { method: 'POST', mode: 'no-cors', body: run.replace('lesson02', '../../bin/sh') }),
    'stops over a path': read('live/run/..%2f..%2fstop', { method: 'POST', mode: 'no-cors', body: '{}' }),
    'grades': read('live/grade/on', { method: 'POST', mode: 'no-cors' }),
    'grades by PUT': read('live/grade/on', { method: 'PUT' }),
    'sends a form': submits('live/run', { [run.slice(0, -1) + ',"x":"']: '"}' }),
    'grades by a form': submits('live/grade/on', {}),
    'listens': listens('live'),
    'listens to a run': listens('live/run/1'),
    'connects': connects('live'),
    'shows an image': loads(new Image(), 'src', 'live/grade/on'),
    'runs a script': loads(document.createElement('script'), 'src', 'live/session'),
}).map(async ([what, outcome]) => [what, await Promise.race([outcome, late])])).then(Object.fromEntries);
"#;

fn a_hostile_page_starts_nothing(live: &mut Live) {
    // Nothing is graded, and no page is open that could ask for it.
    live.open(CHAPTER);
    live.get("localStorage.clear()");
    live.until("document.querySelector('.grade-switch') !== null");
    if live.get("document.querySelector('.grade-switch').ariaPressed") == "true" {
        live.click(".grade-switch");
        live.until("document.querySelector('.grade-switch').ariaPressed === 'false'");
    }
    live.is_quiet();
    let before = live.started();
    live.browser.open(&elsewhere());
    live.browser.log("browser");
    let outcomes = live.browser.run(ATTEMPTS, &[json!(live.site.url(""))]);
    for (what, outcome) in outcomes.as_object().expect("an object") {
        // A blind request and a form are sent; what is answered, the page cannot read.
        let expected = match &**what {
            "starts blindly"
            | "starts by GET"
            | "starts another program"
            | "stops over a path"
            | "grades" => "opaque 0 ",
            "sends a form" | "grades by a form" => "sent",
            _ => "refused",
        };
        assert_eq!(outcome, expected, "{what}: {outcomes}");
    }
    assert_eq!(live.started(), before, "it has started something");
    assert_eq!(live.site.children(), 0);
    // Nor can it show our page and lay something over it.
    live.browser.log("browser");
    live.browser.run(
        "const frame = document.body.appendChild(document.createElement('iframe'));
         return new Promise((resolve) => { frame.onload = resolve; frame.src = arguments[0]; }).then(() => null);",
        &[json!(live.site.url(CHAPTER))],
    );
    let console: Vec<String> =
        live.browser.log("browser").iter().map(|entry| entry["message"].to_string()).collect();
    assert!(console.iter().any(|message| message.contains("frame-ancestors")), "{console:?}");
    // Our own page is not told that grading was switched on, and starts what it is to start.
    live.open_panel("02-1-client.html", PAIR);
    live.until("document.querySelector('.grade-switch')?.ariaPressed === 'false'");
    live.click(&format!("{PAIR} .run-start"));
    live.is(PAIR, "over");
    assert_eq!(live.started().len(), before.len() + 1);
}

/// For the browser, a name that was made to point here is one origin with the reader, and none of its own
/// rules protects us.
fn a_rebound_name_starts_nothing(live: &mut Live) {
    let before = live.started();
    let rebound = live.site.url("").replace("127.0.0.1", "rebound.test");
    live.browser.open(&rebound);
    let shown = live.get("document.body.innerText.trim()");
    assert_eq!(shown, "this server is for this machine only: use http://127.0.0.1");
    let outcomes = live.browser.run(ATTEMPTS, &[json!(rebound)]);
    for (what, outcome) in outcomes.as_object().expect("an object") {
        let outcome = outcome.as_str().expect("a text");
        let is_refused = ["basic 403 this server is for t", "refused", "sent"].contains(&outcome);
        assert!(is_refused, "{what}: {outcome}");
    }
    assert_eq!(live.started(), before, "it has started something");
    assert_eq!(live.site.children(), 0);
}

/// A script on a page of the book has the token.
fn a_hostile_chapter_starts_nothing_else(live: &mut Live) {
    live.open_panel("02-1-client.html", PAIR);
    let before = live.started();
    let outcomes = live.browser.run(
        r#"return (async () => {
            const { token } = await (await fetch('/live/session')).json();
            const headers = { 'Content-Type': 'application/json', 'X-Book-Token': token };
            const post = async (path, body) => (await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })).status;
            const run = (name, more) => post('/live/run', { panel: 'hostile', programs: [{ name, arguments: more }] });
            const get = async (path) => (await fetch(path)).status;
            return [
                await run('bash'),
                await run('../../bin/sh'),
                await run('lesson02 --help'),
                await run('lesson02', { '--csv': 'x' }),
                await run('lesson02', { address: '0.0.0.0:0' }),
                await post('/live/run/..%2f..%2f/stop', {}),
                await post('/live/grade/..%2flesson02', {}),
                await get('/..%2f..%2fCargo.toml'),
                await get('/%2e%2e/%2e%2e/Cargo.toml'),
            ];
        })()"#,
        &[],
    );
    assert_eq!(outcomes, json!([400, 400, 400, 400, 400, 404, 405, 404, 404]));
    assert_eq!(live.started(), before, "it has started something");
    assert_eq!(live.site.children(), 0);
}
