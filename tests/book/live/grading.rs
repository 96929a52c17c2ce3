//! The grade on the page: what the server starts, what its pages hear of it, and what is left when it ends.
//!
//! Cargo and the suite are small scripts here, which go by what the exercise's file says. The real suite's
//! part, the live record, is tested in the grader's own tests.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Instant;

use book::grading::GradeQueue;
use book::source::{Exercise, Sources};
use catalog::Language;
use harness::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{DEADLINE, SECOND, Server, SmallBook, Stream, is_alive, trials, until};

pub(super) const EXERCISE: &str = "lessons/one/exercise.rs";

const NOT_STARTED: &str = "// NOT STARTED: delete this line to be graded\n";

/// Writes down that it was started, and builds what does not say that it has a typo.
const CARGO: &str = r#"#!/bin/sh
echo "$@" >> "$FAKE/started"
echo "   Compiling one v0.1.0" >&2
target() { echo "\"target\":{\"kind\":[\"$1\"],\"name\":\"$2\",\"src_path\":\"$FAKE/$3\"}"; }
suite="{\"reason\":\"compiler-artifact\",$(target test one tests/one.rs),\"executable\":\"$FAKE/suite\"}"
echo "$suite"
exercise=$(target bin exercise lessons/one/exercise.rs)
case "$(cat lessons/one/exercise.rs)" in
  *typo*)
    printf '%s\n' "{\"reason\":\"compiler-message\",$exercise,\"message\":{\"level\":\"error\",\"rendered\":\"error: a typo\\n --> <here>\"}}"
    exit 101 ;;
  *) echo "{\"reason\":\"compiler-artifact\",$exercise,\"executable\":\"$FAKE/exercise\"}" ;;
esac
"#;

/// Two checks. The second passes if the file says `right`. If it says `hangs` the suite never ends; if it
/// says `waits` it ends with its stdin, as the real one does. Its exercise is one that `forges` its grade, or has
/// ended a suite otherwise than that (`lies`).
const SUITE: &str = r#"#!/bin/sh
read -r key
echo "$GRADER_LANG" >> "$FAKE/spoken"
tell() { echo "$key $1" >&0; }
echo 'for people to read {'
tell "$(echo '{"live":"checks","lesson":"one","checks":[
{"check":"first","demands":"To be there.","section":"second.html","hint":"Is it?","status":"waiting"},
{"check":"second","demands":"To be right.","section":"second.html","hint":"Is it <right>?","status":"waiting"}]}' | tr -d '\n')"
tell '{"live":"running","check":"first"}'
tell '{"live":"ended","check":"first","status":"passed","seconds":0.1}'
tell '{"live":"running","check":"second"}'
passed='{"live":"ended","check":"second","status":"passed","seconds":0.2}'
failed='{"live":"ended","check":"second","status":"failed","seconds":0.2,"likely":["It is wrong."],"report":"--> 1  look","hint":"Which <step>?"}'
case "$(cat exercise.rs)" in
  *hangs*) sleep 1000 & echo $! > "$FAKE/draft.$$"; mv "$FAKE/draft.$$" "$FAKE/sleeper"; wait ;;
  *waits*) sleep 1000 & echo $! > "$FAKE/draft.$$"; mv "$FAKE/draft.$$" "$FAKE/sleeper"; cat > /dev/null; kill $! ;;
  *busy*) tell '{"live":"ended","check":"second","status":"not judged","message":"The machine was busy."}'; exit 101 ;;
  *right*) tell "$passed" ;;
  *lies*) tell "$passed"; exit 101 ;;
  *forges*) echo "$passed"; echo "0123 $passed"; echo "$passed" >&0; echo "0123 $passed" >&0; tell "$failed"; exit 101 ;;
  *) tell "$failed"; exit 101 ;;
esac
"#;

pub fn trials() -> Vec<Trial> {
    trials![
        a_saved_exercise_is_graded_again,
        a_compile_error_is_shown_and_gone,
        two_pages_hear_the_same,
        a_save_that_is_noticed_late_is_graded_once,
        a_newer_save_supersedes_the_run,
        an_exercise_that_is_not_begun_is_not_graded,
        nothing_is_graded_until_a_page_asks,
        a_grade_cannot_be_forged,
        switching_off_ends_the_run,
        grade_now_needs_no_save,
        a_check_that_is_not_judged_says_why,
        the_run_ends_when_no_page_is_open,
        the_run_ends_with_the_server,
        the_run_ends_when_the_server_is_killed,
        a_thousand_reloads_leave_nothing_behind,
        a_static_site_lists_the_checks,
        a_lesson_with_a_path_for_a_name_is_none,
        only_this_machine_can_connect,
    ]
}

fn a_saved_exercise_is_graded_again() {
    let (book, server) = with_exercise("wrong");
    let mut stream = server.stream();
    let before = stream.grade(|_| true);
    assert_eq!((&before["state"], &before["page"]), (&"begun".into(), &"second.html".into()));
    assert_eq!((&before["file"], &before["lesson"]), (&EXERCISE.into(), &"one".into()));
    server.post("on");
    let wrong = stream.grade(|one| one["state"] == "graded");
    assert_eq!(statuses(&wrong), ["passed", "failed"]);
    let failed = &wrong["checks"][1];
    assert_eq!(failed["report"], "--> 1  look");
    assert_eq!(failed["likely"][0], "It is wrong.");
    assert_eq!(failed["hint"], "Which <step>?", "the hint is not that of the step");
    book.write(EXERCISE, "right");
    let right = stream.grade(|one| statuses(one) == ["passed", "passed"]);
    assert_eq!(right["checks"][1]["report"], Value::Null, "the old report is still there");
    // What a page is told is not stored: a server that is started again knows nothing.
    drop(server);
    let server = book.serve_for_grading(60);
    assert_eq!(server.stream().grade(|_| true)["state"], "begun");
}

fn a_compile_error_is_shown_and_gone() {
    let (book, server) = with_exercise("typo");
    let mut stream = server.stream();
    server.post("on");
    let broken = stream.grade(|one| one["state"] == "does not compile");
    assert_eq!(broken["message"], "error: a typo\n --> <here>\n");
    assert!(statuses(&broken).is_empty(), "results of a program that is not there");
    book.write(EXERCISE, "right");
    let right = stream.grade(|one| one["state"] == "graded");
    assert_eq!((&right["message"], statuses(&right)), (&"".into(), vec!["passed", "passed"]));
}

fn two_pages_hear_the_same() {
    let (book, server) = with_exercise("wrong");
    let (mut one, mut other) = (server.stream(), server.stream());
    server.post("on");
    let graded = |stream: &mut Stream| stream.grade(|one| one["state"] == "graded");
    let wrong = graded(&mut one);
    assert_eq!(graded(&mut other), wrong);
    // And one that is opened now.
    assert_eq!(graded(&mut server.stream()), wrong);
    book.write(EXERCISE, "right");
    let right = |stream: &mut Stream| {
        stream.grade(|one| one["state"] == "graded" && statuses(one) == ["passed", "passed"])
    };
    assert_eq!(right(&mut one), right(&mut other));
    // Both asked for the same: there was one run for each version of the file.
    server.post("on");
    server.post("on");
    book.write(EXERCISE, "wrong again");
    one.grade(|one| one["state"] == "graded" && statuses(one) == ["passed", "failed"]);
    assert_eq!(book.started().len(), 3, "{:?}", book.started());
}

fn a_save_that_is_noticed_late_is_graded_once() {
    let book = book_with_exercise("wrong");
    let sources = Sources::read(&book.path("")).expect("sources");
    let queue = GradeQueue::new(book.path(""), Exercise::all(&sources), DEADLINE);
    book.write(EXERCISE, "right, and saved once more");
    queue.switch_on(Language::English);
    let job = queue.next().expect("a job");
    queue.files_changed();
    assert!(!*job.stop.borrow(), "what was saved before the run is graded again");
    book.write(EXERCISE, "right, and saved during the run");
    queue.files_changed();
    assert!(*job.stop.borrow(), "what was saved during the run is not graded");
}

fn a_newer_save_supersedes_the_run() {
    let (book, server) = with_exercise("hangs");
    let mut stream = server.stream();
    server.post("on");
    stream.grade(|one| statuses(one) == ["passed", "running"]);
    let sleeper = book.sleeper();
    book.write(EXERCISE, "right");
    stream.grade(|one| statuses(one) == ["passed", "passed"]);
    is_gone(sleeper);
}

fn an_exercise_that_is_not_begun_is_not_graded() {
    let (book, server) = with_exercise(&format!("{NOT_STARTED}right"));
    let mut stream = server.stream();
    server.post("on");
    assert_eq!(stream.grade(|_| true)["state"], "not started");
    book.write(EXERCISE, &format!("\u{feff}\n{NOT_STARTED}still right"));
    // It is begun while the page is open.
    book.write(EXERCISE, "right");
    stream.grade(|one| one["state"] == "graded");
    assert_eq!(book.started().len(), 1);
    // And taken back.
    book.write(EXERCISE, &format!("{NOT_STARTED}right"));
    let taken_back = stream.grade(|one| one["state"] == "not started");
    assert!(statuses(&taken_back).is_empty(), "a claim about a file that is not there any more");
}

fn nothing_is_graded_until_a_page_asks() {
    let (book, server) = with_exercise("right");
    let mut stream = server.stream();
    stream.grade(|one| one["state"] == "begun");
    let token = format!("X-Book-Token: {}", server.token());
    let refused = [
        ("POST /live/grade/on HTTP/1.1\r\nOrigin: http://HOST".to_owned(), 403),
        (format!("POST /live/grade/on HTTP/1.1\r\n{token}"), 403),
        (format!("POST /live/grade/on HTTP/1.1\r\nOrigin: https://example.com\r\n{token}"), 403),
        (format!("GET /live/grade/on HTTP/1.1\r\nOrigin: http://HOST\r\n{token}"), 405),
        (format!("POST /live/../live/grade/on HTTP/1.1\r\nOrigin: http://HOST\r\n{token}"), 405),
        (
            format!(
                "POST /live/grade/on/../../lessons/one HTTP/1.1\r\nOrigin: http://HOST\r\n{token}"
            ),
            405,
        ),
        (format!("POST /live/grade/one HTTP/1.1\r\nOrigin: http://HOST\r\n{token}"), 405),
    ];
    for (head, status) in refused {
        assert_eq!(server.ask_as(&head, "").status, status, "{head}");
    }
    let foreign_host = format!(
        "POST /live/grade/on HTTP/1.1\r\nHost: example.com\r\nOrigin: http://example.com\r\n{token}\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(server.ask(&foreign_host).status, 403);
    // Saved before a page has asked, and looked at: the page is told so.
    book.write(EXERCISE, "right, too");
    stream.grade(|one| one["state"] == "begun");
    assert!(book.started().is_empty(), "{:?}", book.started());
    server.post("on");
    stream.grade(|one| one["state"] == "graded");
    assert_eq!(
        book.started(),
        ["build --package one --test one --keep-going --message-format json"]
    );
}

fn grade_now_needs_no_save() {
    let (book, server) = with_exercise("wrong");
    let mut stream = server.stream();
    stream.grade(|one| one["state"] == "begun");
    // Once, though saves are not graded.
    server.post("now/one");
    stream.grade(|one| one["state"] == "graded");
    book.write(EXERCISE, "right");
    stream.grade(|one| one["state"] == "begun");
    assert_eq!(book.started().len(), 1);
    // Again, though nothing was saved.
    for number in 2..4 {
        server.post("now/one");
        // A page hears the newest state, and may miss those before it.
        until("cargo has been started again", || book.started().len() == number);
        stream.grade(|one| one["state"] == "graded");
    }
    // A run that is going on is not begun again, and ends when grading is switched off.
    book.write(EXERCISE, "hangs");
    server.post("now/one");
    stream.grade(|one| statuses(one) == ["passed", "running"]);
    let sleeper = book.sleeper();
    server.post("now/one");
    server.post("off");
    is_gone(sleeper);
    assert_eq!(book.started().len(), 4);
    // Of the name, nothing but an exercise of the book can come.
    let status = |name: &str| {
        let token = server.token();
        let head = format!(
            "POST /live/grade/now/{name} HTTP/1.1\r\nOrigin: http://HOST\r\nX-Book-Token: {token}"
        );
        server.ask_as(&head, "").status
    };
    for unknown in ["two", "..%2fone", "one%20--help", "%00"] {
        assert_eq!(status(unknown), 404, "{unknown}");
    }
    book.write(EXERCISE, NOT_STARTED);
    stream.grade(|one| one["state"] == "not started");
    assert_eq!(status("one"), 409);
    assert_eq!(book.started().len(), 4);
}

fn a_check_that_is_not_judged_says_why() {
    let (_book, server) = with_exercise("busy");
    let mut stream = server.stream();
    server.post("on");
    let graded = stream.grade(|one| one["state"] == "graded");
    assert_eq!(statuses(&graded), ["passed", "not judged"]);
    assert_eq!(graded["checks"][1]["message"], "The machine was busy.");
}

/// A program that is graded can write to what is for people, and it doesn't know the key.
fn a_grade_cannot_be_forged() {
    let (book, server) = with_exercise("forges");
    let mut stream = server.stream();
    server.post("on");
    let graded = stream.grade(|one| one["state"] == "graded");
    assert_eq!(statuses(&graded), ["passed", "failed"]);
    // It has made the suite end as one does that has found something.
    book.write(EXERCISE, "lies");
    let lied = stream.grade(|one| one["state"] == "cannot grade");
    let why = lied["message"].as_str().expect("a reason");
    assert!(why.contains("ended otherwise than its checks"), "{why}");
}

fn switching_off_ends_the_run() {
    let (book, server) = with_exercise("hangs");
    let mut stream = server.stream();
    server.post("on");
    stream.grade(|one| statuses(one) == ["passed", "running"]);
    let sleeper = book.sleeper();
    server.post("off");
    let off = stream.grade(|one| one["state"] == "begun");
    assert!(statuses(&off).is_empty());
    is_gone(sleeper);
    book.write(EXERCISE, "right");
    stream.grade(|one| one["state"] == "begun");
    assert_eq!(book.started().len(), 1, "graded though it was switched off");
}

fn the_run_ends_when_no_page_is_open() {
    let (book, _) = with_exercise("hangs");
    let server = book.serve_for_grading(0);
    let mut stream = server.stream();
    server.post("on");
    stream.grade(|one| statuses(one) == ["passed", "running"]);
    let sleeper = book.sleeper();
    drop(stream);
    is_gone(sleeper);
    // A page that comes back is told that nothing is graded any more.
    assert_eq!(server.stream().grade(|one| one["state"] == "begun")["checks"], json!([]));
}

fn the_run_ends_with_the_server() {
    for signal in [Signal::INT, Signal::TERM] {
        let (book, mut server) = with_exercise("hangs");
        let mut stream = server.stream();
        server.post("on");
        stream.grade(|one| statuses(one) == ["passed", "running"]);
        let sleeper = book.sleeper();
        kill_process(Pid::from_child(&server.child), signal).unwrap();
        assert_eq!(server.wait().code(), Some(0));
        is_gone(sleeper);
        stream.ends();
    }
}

fn the_run_ends_when_the_server_is_killed() {
    let (book, server) = with_exercise("waits");
    let mut stream = server.stream();
    server.post("on");
    stream.grade(|one| statuses(one) == ["passed", "running"]);
    let sleeper = book.sleeper();
    drop(server);
    is_gone(sleeper);
}

fn a_thousand_reloads_leave_nothing_behind() {
    let (_book, server) = with_exercise("right");
    let mut stream = server.stream();
    server.post("on");
    stream.grade(|one| one["state"] == "graded");
    let process = PathBuf::from(format!("/proc/{}", server.child.id()));
    let held = |folder: &str| fs::read_dir(process.join(folder)).map_or(0, |held| held.count());
    let before = (held("fd"), held("task"));
    for _ in 0..1000 {
        let mut stream = server.stream();
        stream.grade(|one| one["state"] == "graded");
    }
    until("the server has closed what it had opened", || {
        held("fd") <= before.0 + 1 && held("task") <= before.1
    });
}

fn a_static_site_lists_the_checks() {
    let (book, server) = with_exercise("right");
    drop(server);
    book.build().success();
    let page = fs::read_to_string(book.site().join("second.html")).unwrap();
    assert!(page.contains("<li data-check=\"second\">To be right.</li>"), "{page}");
    assert!(page.contains("cargo run -p book"), "{page}");
    assert!(!page.contains("grade-"), "scripts of the served page: {page}");
}

fn a_lesson_with_a_path_for_a_name_is_none() {
    let (book, server) = with_exercise("right");
    drop(server);
    for name in ["-one", "o.ne"] {
        book.write(&format!("book/chapters/checks/{name}.html"), "<p>none</p>\n");
        book.append("book/chapters/README.md", &format!("\n{{{{#include checks/{name}.html}}}}"));
    }
    book.append("book/chapters/README.md", "\n{{#include checks/../checks/one.html}}");
    let server = book.serve_for_grading(60);
    let news: Value = serde_json::from_str(&server.stream().next("grade")).unwrap();
    let lessons = news["exercises"].as_array().unwrap();
    assert_eq!(lessons.len(), 1, "{news}");
    assert_eq!(lessons[0]["lesson"], "one");
}

fn only_this_machine_can_connect() {
    let (_book, server) = with_exercise("right");
    assert!(server.addr.ip().is_loopback(), "{}", server.addr);
    // All addresses of loopback would do for a listener that is bound to every address.
    let other = SocketAddr::from(([127, 0, 0, 2], server.addr.port()));
    assert!(!cfg!(target_os = "linux") || TcpStream::connect_timeout(&other, DEADLINE).is_err());
}

/// A small book with one exercise, and a server that grades it.
pub(super) fn with_exercise(exercise: &str) -> (SmallBook, Server) {
    let book = book_with_exercise(exercise);
    let server = book.serve_for_grading(60);
    (book, server)
}

pub(super) fn book_with_exercise(exercise: &str) -> SmallBook {
    let book = SmallBook::new();
    book.append(SECOND, "{{#include checks/one.html}}");
    book.write(
        "book/chapters/checks/one.html",
        "<section class=\"grade\" data-lesson=\"one\">\n<p>See <code>cargo run -p book</code>.</p>\n<ol>\n\
         <li data-check=\"first\">To be there.</li>\n<li data-check=\"second\">To be right.</li>\n</ol>\n</section>\n",
    );
    book.write(EXERCISE, exercise);
    for (name, script) in [("cargo", CARGO), ("suite", SUITE)] {
        book.write(name, script);
        fs::set_permissions(book.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    book
}

impl SmallBook {
    fn serve_for_grading(&self, grace: u64) -> Server {
        Server::start_as(self, |server| {
            server.args(["--grace", &grace.to_string()]);
            server.env("CARGO", self.path("cargo")).env("FAKE", self.dir.path());
        })
    }

    /// The runs of cargo so far.
    fn started(&self) -> Vec<String> {
        let started = fs::read_to_string(self.path("started")).unwrap_or_default();
        started.lines().map(String::from).collect()
    }

    /// The process that a suite has started and that would outlive it.
    #[track_caller]
    pub(super) fn sleeper(&self) -> Pid {
        let mut sleeper = None;
        until("the suite has started a process", || {
            let text = fs::read_to_string(self.path("sleeper")).unwrap_or_default();
            sleeper = text.trim().parse().ok().and_then(Pid::from_raw);
            sleeper.is_some()
        });
        sleeper.unwrap()
    }
}

impl Server {
    #[track_caller]
    pub(super) fn post(&self, what: &str) {
        let head = format!(
            "POST /live/grade/{what} HTTP/1.1\r\nOrigin: http://HOST\r\nX-Book-Token: {}",
            self.token()
        );
        let answer = self.ask_as(&head, "");
        assert_eq!(answer.status, 204, "{}", answer.body);
    }
}

impl Stream {
    /// Waits until the exercise is known to be so.
    #[track_caller]
    pub(super) fn grade(&mut self, is_so: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + DEADLINE;
        let mut last = Value::Null;
        while Instant::now() < deadline {
            let news: Value = serde_json::from_str(&self.next("grade")).unwrap();
            let exercises = news["exercises"].as_array().unwrap();
            if let Some(one) = exercises.first() {
                if is_so(one) {
                    return one.clone();
                }
                last = one.clone();
            }
        }
        panic!("the last of the exercise: {last}");
    }
}

pub(super) fn statuses(exercise: &Value) -> Vec<&str> {
    let checks = exercise["checks"].as_array().unwrap();
    checks.iter().map(|check| check["status"].as_str().unwrap()).collect()
}

#[track_caller]
pub(super) fn is_gone(process: Pid) {
    until("the process is gone", || !is_alive(process));
}
