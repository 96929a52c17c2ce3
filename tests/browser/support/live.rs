//! A visit to the book with all that it can do: programs that run on its pages, and an exercise that is
//! graded while it is edited.
//!
//! The server serves a copy of the book. Programs are those of this workspace. What grades lesson 2 there
//! is a small suite, so that the exercise can be edited and built within a second: what the real one
//! tells is tested by the grader's own tests.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::key::Key;
use harness::{Pool, Trial};
use serde_json::{Value as Json, json};

use super::chromium::{self, Chromium};
use super::site::{Site, copied};
use super::visit::{EVERYWHERE, LOOK, WIDE, strings};
use super::{DEADLINE, has_namespaces, needs_chromium, root};
use crate::elsewhere;

/// A run may have to build a lesson first.
const LONGEST: Duration = Duration::from_secs(240);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Counts the streams that a page has opened.
const STREAMS: &str = "
    window.streams = [];
    window.EventSource = class extends EventSource {
        constructor(...given) { super(...given); streams.push(this); }
    };";

pub const PAIR: &str = r#".run[data-server="lesson02"][data-client="lesson01"]"#;

pub const THREADS: &str = r#".run[data-server="lesson04 --work 1"]"#;

pub const CHAPTER: &str = "02-2-server.html";

pub const EXERCISE: &str = "lessons/lesson02/exercise.rs";

pub const GRADE: &str = r#"section.grade[data-lesson="lesson02"]"#;

/// Writes down what is to be built. The exercise is one of the copied book, all else is of this workspace.
const CARGO: &str = r#"#!/bin/sh
echo "$@" >> "$COPY/started"
case "$*" in
  *--test*) export CARGO_TARGET_DIR="$COPY/target" ;;
  *) cd "$WORKSPACE" || exit 1 ;;
esac
exec "$REAL_CARGO" "$@"
"#;

/// An editor that closes when it has written down what it was to open.
const EDITOR: &str = "#!/bin/sh\necho \"$*\" >> \"$COPY/opened\"\n";

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

/// The second check wants the exercise to say `right`. Where it's watched, it has a conversation first.
const SUITE: &str = r##"
use std::fs::File;
use std::io::{BufRead, Read, Write, stdin};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut key = String::new();
    stdin().lock().read_line(&mut key).expect("a key");
    let mut record = File::from(stdin().as_fd().try_clone_to_owned().expect("a socket"));
    let mut tell = |lines: &str| {
        let lines: String = lines.lines().map(|line| format!("{} {line}\n", key.trim())).collect();
        record.write_all(lines.as_bytes()).expect("told");
    };
    let is_watched = std::env::var_os("GRADER_STEPS").is_some();
    let begin = include_str!("begin.json").lines();
    // Only the check that is watched runs.
    begin.filter(|line| !is_watched || !line.contains("\"answers_a_request\",\"live\"")).for_each(&mut tell);
    if is_watched {
        tell(r#"{"live":"step","step":"the client sends 5 bytes"}"#);
        converse().expect("a conversation");
        tell(r#"{"live":"step","step":"the client receives <i>a reply</i>"}"#);
        if include_str!("exercise.rs").contains("hangs") {
            stdin().read_to_end(&mut Vec::new()).expect("its end");
        }
    }
    let own = std::env::current_exe().expect("a path");
    let program = own.ancestors().nth(2).expect("a folder").join("exercise02");
    let said = Command::new(program).output().expect("it starts").stdout;
    let verdict = match &*said {
        b"right\n" => include_str!("right.json"),
        b"busy\n" => include_str!("busy.json"),
        _ => include_str!("wrong.json"),
    };
    tell(verdict);
    ExitCode::from(if said == b"right\n" { 0 } else { 101 })
}

fn converse() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    client.write_all(b"hello")?;
    client.shutdown(Shutdown::Write)?;
    let (mut server, _) = listener.accept()?;
    server.read_to_end(&mut Vec::new())?;
    drop(server);
    client.read_to_end(&mut Vec::new())?;
    Ok(())
}
"##;

pub const WRONG: &str = "fn main() {\n    println!(\"wrong\");\n}\n";

/// The machine is too busy to judge this one.
pub const BUSY: &str = "fn main() {\n    println!(\"busy\");\n}\n";

pub const RIGHT: &str = "fn main() {\n    println!(\"right\");\n}\n";

/// Most of their checks wait for seconds.
static LIVE: Pool<LiveVisit> = Pool::of(3);

/// A trial of each function, under its subject's name and its own.
macro_rules! live_trials {
    ($($check:ident,)*) => {
        vec![$(crate::support::live::trial(
            concat!(module_path!(), "::", stringify!($check)),
            $check,
        )),*]
    };
}

pub(crate) use live_trials;

/// The same, by a server that takes it that this system refuses network namespaces.
macro_rules! refused_trials {
    ($($check:ident,)*) => {
        vec![$(crate::support::live::refused(
            concat!(module_path!(), "::refused::", stringify!($check)),
            $check,
        )),*]
    };
}

pub(crate) use refused_trials;

/// Runs a check when a browser is free. It leaves no program behind.
pub fn trial(name: &str, check: fn(&mut LiveVisit)) -> Trial {
    at(name, false, check)
}

pub fn refused(name: &str, check: fn(&mut LiveVisit)) -> Trial {
    at(name, true, check)
}

fn at(name: &str, is_refused: bool, check: fn(&mut LiveVisit)) -> Trial {
    needs_chromium(Trial::test(name.trim_start_matches("browser::"), move || {
        let live = &mut *LIVE.take(LiveVisit::new);
        live.refuse(is_refused);
        live.browser.emulate(WIDE, false);
        live.tidy();
        check(live);
        live.is_quiet();
        Ok(())
    }))
}

/// Here the browsers and the servers end.
pub fn end() {
    LIVE.clear();
}

/// A browser, and the book in it with all that it can do.
pub struct LiveVisit {
    pub browser: Chromium,
    pub site: Site,
    /// The same book, by a server that is the other one of two: with namespaces and without.
    other: Option<Site>,
    is_refused: bool,
}

impl LiveVisit {
    fn new() -> LiveVisit {
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
        let mut busy = ended("serves_the_next_client", "not judged");
        busy["message"] = json!("The machine was <i id='injected'>busy</i>.");
        write("lessons/lesson02/busy.json", &lines(&[busy]));
        for (name, html) in elsewhere::pages() {
            write(&format!("book/chapters/{name}"), &html);
        }
        write(EXERCISE, WRONG);
        write("cargo", CARGO);
        fs::set_permissions(copy.join("cargo"), fs::Permissions::from_mode(0o755)).expect("a mode");
        write("editor", EDITOR);
        fs::set_permissions(copy.join("editor"), fs::Permissions::from_mode(0o755))
            .expect("a mode");
        let environment = vec![
            ("BOOK_EDITOR", copy.join("editor").into()),
            ("CARGO", copy.join("cargo").into()),
            ("COPY", copy.into()),
            ("WORKSPACE", root().into()),
            ("REAL_CARGO", env::var_os("CARGO").unwrap_or("cargo".into())),
        ];
        let site = Site::of(sources, environment);
        let browser = Chromium::start(&driver, &format!("{EVERYWHERE}\n{STREAMS}"));
        LiveVisit { browser, site, other: None, is_refused: false }
    }

    /// Chooses the server: one that has network namespaces where this system grants them, or one that does without.
    fn refuse(&mut self, is_refused: bool) {
        if self.is_refused != is_refused {
            self.is_refused = is_refused;
            self.switch_grading_off();
            let other =
                self.other.take().unwrap_or_else(|| self.site.again("--without-namespaces"));
            self.other = Some(std::mem::replace(&mut self.site, other));
        }
    }

    /// A server goes on grading for a while without a page: it would grade what is saved for the other one.
    fn switch_grading_off(&self) {
        self.open("404.html");
        // A page that remembers switches it on.
        self.get("localStorage.setItem('book-grade', 'off')");
        self.open("404.html");
        let status = self.get(
            "fetch('/live/session').then((session) => session.json()).then(({ token }) =>
                 fetch('/live/grade/off', { method: 'POST', headers: { 'X-Book-Token': token } })
             ).then((answer) => answer.status)",
        );
        assert_eq!(status, 204, "it goes on grading");
    }

    /// Whether what runs on a page has a network of its own, so that its packets are seen.
    pub fn has_packets(&self) -> bool {
        !self.is_refused && has_namespaces()
    }

    pub fn open(&self, page: &str) {
        self.browser.open(&self.site.url(page));
    }

    /// Opens a page with a panel, and waits until it can be used.
    pub fn open_panel(&self, page: &str, panel: &str) {
        self.open(page);
        // What ran there before may still be shown.
        self.until(&format!("['idle', 'over'].includes({}?.dataset.state)", query(panel)));
    }

    pub fn until(&self, condition: &str) {
        self.browser.until(&format!("see {condition}"), &format!("return {condition}"));
    }

    pub fn get(&self, expression: &str) -> Json {
        self.browser.run(&format!("return {expression}"), &[])
    }

    pub fn click(&self, selector: &str) {
        self.get(&format!("{}.click()", query(selector)));
    }

    pub fn press(&self, key: Key) {
        self.browser.press(&[key.into()]);
    }

    /// Waits until a panel is in this state; it may have to build its programs first.
    pub fn is(&self, panel: &str, state: &str) {
        let script = format!("return {}.dataset.state === '{state}'", query(panel));
        self.browser.until_within(LONGEST, &format!("see {panel} {state}"), &script);
    }

    /// Waits until a program of a panel has ended.
    pub fn sees_the_end_of(&self, panel: &str, program: usize) {
        let end = query(&format!("{panel} .run-live [data-kind=exit][data-program=\"{program}\"]"));
        self.browser.until_within(LONGEST, "see the end", &format!("return {end} !== null"));
    }

    pub fn listens(&self, panel: &str) {
        let log = query(&format!("{panel} .run-live .scene-rows"));
        let listening = format!("return /listening on/.test({log}.textContent)");
        self.browser.until_within(LONGEST, "see the server listen", &listening);
    }

    /// The texts of what a selector finds.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        strings(&self.get(&format!(
            "[...document.querySelectorAll('{selector}')].map((found) => found.textContent.trim())"
        )))
    }

    /// Writes a file in one step, as most editors do.
    pub fn save(&self, file: &str, text: &str) {
        let draft = self.site.file("draft");
        fs::write(&draft, text).expect("written");
        fs::rename(draft, self.site.file(file)).expect("renamed");
    }

    /// What cargo was asked to build so far.
    pub fn started(&self) -> Vec<String> {
        let started = fs::read_to_string(self.site.file("started")).unwrap_or_default();
        started.lines().map(String::from).collect()
    }

    /// Waits until cargo is asked to build something more than these `before`.
    #[track_caller]
    pub fn is_building(&self, before: usize) {
        let deadline = Instant::now() + DEADLINE;
        while self.started().len() == before {
            assert!(Instant::now() < deadline, "nothing is built");
            thread::sleep(PAUSE);
        }
    }

    /// Ends what a check that has failed may have left.
    pub fn tidy(&self) {
        if self.site.children() > 0 {
            self.open("404.html");
            self.get("sessionStorage.clear()");
            self.is_quiet();
        }
    }

    /// Waits until the server has no child.
    #[track_caller]
    pub fn is_quiet(&self) {
        let deadline = Instant::now() + DEADLINE;
        while self.site.children() > 0 {
            assert!(Instant::now() < deadline, "{} children are left", self.site.children());
            thread::sleep(PAUSE);
        }
    }

    /// What is wrong with the open page, and with this part of it for those who cannot see it.
    pub fn faults(&self, part: &str) -> Vec<String> {
        let found = self.browser.run(LOOK, &[json!(part)]);
        ["axe", "sideways", "clipped", "small"]
            .iter()
            .flat_map(|kind| strings(&found[kind]))
            .collect()
    }

    /// Opens the chapter with the exercise in this state, and has it graded.
    pub fn grade(&self, exercise: &str) {
        self.save(EXERCISE, exercise);
        self.open(CHAPTER);
        self.until(&format!("{}.dataset.state !== undefined", query(GRADE)));
        // In one go: a page that remembers may be about to switch it on itself.
        let button = query(&format!("{GRADE} .grade-switch"));
        self.get(&format!("{button}.ariaPressed === 'false' && {button}.click()"));
        self.until("document.querySelector('.grade-switch').ariaPressed === 'true'");
    }

    /// Waits until the second check on the open chapter has this verdict.
    pub fn verdict(&self, status: &str) {
        self.until(&format!(
            "{}.dataset.state === 'graded' && {}.dataset.status === '{status}'",
            query(GRADE),
            query(&format!("{GRADE} [data-check=serves_the_next_client]"))
        ));
    }
}

pub fn query(selector: &str) -> String {
    format!("document.querySelector('{selector}')")
}
