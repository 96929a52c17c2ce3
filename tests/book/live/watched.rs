//! A check of an exercise, watched: its suite runs on a stage, where its packets and steps are told, and how it ends.
//!
//! Cargo and the suite are small scripts here. The suite has a conversation of its own, like a real one.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use harness::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::grading::{EXERCISE, book_with_exercise, is_gone};
use super::run::{Event, Events, has_namespaces, has_python, needs};
use super::stage::{drawn, packets};
use crate::support::{Answer, Server, SmallBook, children, trials, until};

pub fn trials() -> Vec<Trial> {
    let mut trials =
        trials![only_a_check_of_the_book_is_watched, without_namespaces_there_is_nothing_to_watch,];
    let stage = trials![
        a_failed_check_is_watched,
        a_check_that_ends_in_another_way_says_so,
        what_does_not_compile_is_no_scene,
        a_check_with_hundreds_of_clients_is_bounded,
        a_watched_check_is_stopped,
        a_watched_check_ends_with_its_page,
        a_watched_check_ends_with_the_server,
        a_killed_server_leaves_no_watched_check,
    ];
    trials.extend(stage.into_iter().map(|trial| {
        let trial = needs("python3", has_python(), trial);
        needs("network namespaces", has_namespaces(), trial)
    }));
    trials
}

/// What the exercise's file says is what happens. The suite ends with its stdin, as the real one does.
const SUITE: &str = r#"#!/usr/bin/env python3
import json, os, socket, subprocess, sys, threading, time

key = sys.stdin.readline().strip()
record = socket.socket(fileno=os.dup(0))

def tell(**line):
    record.sendall((key + ' ' + json.dumps(line) + '\n').encode())

def step(words):
    tell(live='step', step=words, at=time.monotonic_ns())

def ends():
    sys.stdin.read()
    os._exit(1)

assert sys.argv[1:] == ['exercise::second', '--exact'], sys.argv
threading.Thread(target=ends, daemon=True).start()
says = open('exercise.rs').read()
about = {'demands': 'To be right.', 'section': 'second.html', 'hint': 'Is it?'}
status = 'not available' if 'elsewhere' in says else 'waiting'
checks = [{'check': 'first', **about}, {'check': 'second', **about, 'status': status}]
tell(live='checks', lesson='one', checks=checks)
if 'elsewhere' in says:
    sys.exit(0)
tell(live='running', check='second')
step('start <exercise>')
listener = socket.create_server(('127.0.0.1', 0))
if 'hangs' in says:
    sleeper = subprocess.Popen(['sleep', '1000'])
    open(os.environ['FAKE'] + '/draft', 'w').write(str(sleeper.pid))
    os.rename(os.environ['FAKE'] + '/draft', os.environ['FAKE'] + '/sleeper')
    sleeper.wait()
for number in range(700 if 'many' in says else 1):
    step('a client sends 5 bytes')
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    client.sendall(b'hello')
    server.recv(5)
    client.close()
    server.close()
if 'right' in says:
    tell(live='ended', check='second', status='passed', seconds=0.2, message='')
else:
    step('the client receives a reply')
    tell(live='ended', check='second', status='failed', seconds=0.2, message='m',
        likely=['It is wrong.'], report='--> 3  the client receives a reply', hint='Which <step>?')
    sys.exit(101)
"#;

// What is told.

fn a_failed_check_is_watched() {
    let (_book, server) = with_suite("wrong");
    let events = watch(&server, "failed").until_the_end();
    assert_eq!((&*events[0].kind, &events[0].data["isolated"]), ("where", &json!(true)));
    let start = of_kind(&events, "start")[0];
    assert_eq!(start.data["command"], "cargo test -p one exercise::second");
    let all: Vec<String> = packets(&events).iter().map(drawn).collect();
    assert_eq!(all[..4], ["SYN", "SYN ACK", "ACK", "ACK 5"], "{all:?}");
    // Each step comes before the packets that it sends.
    let steps: Vec<_> = of_kind(&events, "step").iter().map(|event| &event.data["text"]).collect();
    assert_eq!(
        steps,
        ["start <exercise>", "a client sends 5 bytes", "the client receives a reply"]
    );
    let place = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted).expect("an event");
    let step = |number: usize| place(&|event| event.data["text"] == *steps[number]);
    let first = place(&|event| event.kind == "packet");
    let last = events.iter().rposition(|event| event.data["length"] == 5).expect("five bytes");
    assert!(step(0) < first && step(1) < first && last < step(2), "{events:#?}");
    assert!(events.iter().any(|event| event.kind == "sockets"));

    let report = report(&events);
    for (part, expected) in [
        ("lesson", json!("one")),
        ("check", json!("second")),
        ("demands", json!("To be right.")),
        ("status", json!("failed")),
        ("likely", json!(["It is wrong."])),
        ("report", json!("--> 3  the client receives a reply")),
        ("hint", json!("Which <step>?")),
        ("differs", Value::Null),
    ] {
        assert_eq!(report[part], expected, "{part}");
    }
    let place = |kind: &str| events.iter().position(|event| event.kind == kind);
    assert!(place("report") < place("over"), "{events:#?}");
    until("nothing is left of it", || children(server.child.id()) == 0);
}

fn a_check_that_ends_in_another_way_says_so() {
    let (book, server) = with_suite("right");
    for (text, before, status, differs) in [
        ("right", "failed", "passed", json!("It failed before, and it passes now.")),
        ("right", "passed", "passed", Value::Null),
        ("right", "<b>", "passed", Value::Null),
        ("wrong", "passed", "failed", json!("It passed before, and it fails now.")),
        ("wrong", "not judged", "failed", json!("It couldn’t be judged before, and it fails now.")),
        ("elsewhere", "failed", "not available", Value::Null),
    ] {
        book.write(EXERCISE, text);
        let events = watch(&server, before).until_all_have_ended();
        let report = report(&events);
        assert_eq!((&report["status"], &report["differs"]), (&json!(status), &differs), "{text}");
    }
}

fn what_does_not_compile_is_no_scene() {
    let (_book, server) = with_suite("typo");
    let events = watch(&server, "failed").until_all_have_ended();
    let report = report(&events);
    assert_eq!(report["status"], "does not compile");
    assert_eq!(report["message"], "error: a typo\n --> <here>\n");
    assert!(
        of_kind(&events, "build").iter().any(|event| event.data["text"] == "Compiling one v0.1.0")
    );
    assert!(of_kind(&events, "start").is_empty() && packets(&events).is_empty());
    until("nothing is left of it", || children(server.child.id()) == 0);
}

/// The first packets are told, and steps: the capture of a run has its bounds.
fn a_check_with_hundreds_of_clients_is_bounded() {
    let (_book, server) = with_suite("many");
    let events = watch(&server, "failed").until_all_have_ended();
    let packets = packets(&events);
    assert!((1000..=2000).contains(&packets.len()), "{}", packets.len());
    assert_eq!(of_kind(&events, "uncaptured").len(), 1);
    assert_eq!(of_kind(&events, "step").len(), 200);
    assert_eq!(report(&events)["status"], "failed");
}

// What is not watched.

fn only_a_check_of_the_book_is_watched() {
    let (book, server) = with_suite("wrong");
    let asks = |check: Value| server.asks("/live/run", json!({ "panel": "a", "check": check }));
    for check in [
        json!({ "lesson": "two", "check": "second" }),
        json!({ "lesson": "", "check": "second" }),
        json!({ "lesson": "../lessons/one", "check": "second" }),
        json!({ "lesson": "one --help", "check": "second" }),
        json!({ "lesson": "one", "check": "third" }),
        json!({ "lesson": "one", "check": "" }),
        json!({ "lesson": "one", "check": "sec" }),
        json!({ "lesson": "one", "check": "second --ignored" }),
        json!({ "lesson": "one", "check": "--help" }),
        json!({ "lesson": "one", "check": ["second"] }),
        json!({ "lesson": "one" }),
        json!({ "check": "second" }),
        json!("second"),
        json!([]),
        json!(false),
    ] {
        assert_eq!(asks(check.clone()).status, 400, "{check}");
    }
    let body = json!({ "check": { "lesson": "one", "check": "second" } });
    assert_eq!(server.asks("/live/run", body.clone()).status, 400, "it names no panel");
    book.write(EXERCISE, "// NOT STARTED: delete this line to be graded\nwrong");
    let answer = asks(body["check"].clone());
    assert_eq!((answer.status, &*answer.body), (409, "this exercise has not been begun"));
    assert!(!book.path("started").exists(), "cargo was started");
    assert_eq!(children(server.child.id()), 0);
}

fn without_namespaces_there_is_nothing_to_watch() {
    let book = book_with_suite("wrong");
    let server = serve(&book, &["--without-namespaces"]);
    let events = watch(&server, "failed").until_the_end();
    let why = "the book was started with --without-namespaces";
    assert_eq!((&events[0].data["isolated"], &events[0].data["why"]), (&json!(false), &json!(why)));
    let report = report(&events);
    assert_eq!(report["status"], "not watched");
    assert_eq!(report["message"], format!("There is nothing to watch here, because {why}."));
    assert!(!book.path("started").exists(), "cargo was started");
}

// How it ends.

fn a_watched_check_is_stopped() {
    let (book, server) = with_suite("hangs");
    let mut run = watch(&server, "failed");
    let sleeper = sleeper(&book);
    // A page has one of it.
    assert_eq!(asks_for(&server, "failed").status, 409);
    assert_eq!(server.asks(&format!("{}/stop", run.path), json!({})).status, 204);
    let events = run.until_the_end();
    assert_eq!(of_kind(&events, "over")[0].data["stopped"], true);
    assert!(of_kind(&events, "report").is_empty());
    is_gone(sleeper);
    until("nothing is left of it", || children(server.child.id()) == 0);
}

fn a_watched_check_ends_with_its_page() {
    let (book, server) = with_suite("hangs");
    let run = watch(&server, "failed");
    let sleeper = sleeper(&book);
    drop(run);
    is_gone(sleeper);
    until("nothing is left of it", || children(server.child.id()) == 0);
}

fn a_watched_check_ends_with_the_server() {
    let (book, mut server) = with_suite("hangs");
    let _run = watch(&server, "failed");
    let sleeper = sleeper(&book);
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    assert!(server.child.wait().unwrap().success());
    is_gone(sleeper);
}

/// The kernel kills the suite. What that has started ends itself: the real suite sees to it, and this one doesn't.
fn a_killed_server_leaves_no_watched_check() {
    let (book, mut server) = with_suite("hangs");
    let _run = watch(&server, "failed");
    let sleeper = sleeper(&book);
    let id = server.child.id();
    let list = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    let pids = list.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
    let pids: Vec<Pid> = pids.collect();
    assert_eq!(pids.len(), 2, "the stage and the suite: {list}");
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    pids.into_iter().for_each(is_gone);
    let _ = kill_process(sleeper, Signal::KILL);
}

// What a page does.

fn book_with_suite(exercise: &str) -> SmallBook {
    let book = book_with_exercise(exercise);
    book.write("suite", SUITE);
    fs::set_permissions(book.path("suite"), fs::Permissions::from_mode(0o755)).unwrap();
    book
}

fn with_suite(exercise: &str) -> (SmallBook, Server) {
    let book = book_with_suite(exercise);
    let server = serve(&book, &[]);
    (book, server)
}

fn serve(book: &SmallBook, arguments: &[&str]) -> Server {
    Server::start_as(book, |server| {
        server.args(arguments).env("CARGO", book.path("cargo")).env("FAKE", book.dir.path());
    })
}

fn asks_for(server: &Server, status: &str) -> Answer {
    let check = json!({ "lesson": "one", "check": "second", "status": status });
    server.asks("/live/run", json!({ "panel": "a", "check": check }))
}

#[track_caller]
fn watch(server: &Server, status: &str) -> Events {
    Events::begun(server, &asks_for(server, status))
}

fn of_kind<'events>(events: &'events [Event], kind: &str) -> Vec<&'events Event> {
    events.iter().filter(|event| event.kind == kind).collect()
}

#[track_caller]
fn report(events: &[Event]) -> &Value {
    let reports = of_kind(events, "report");
    assert_eq!(reports.len(), 1, "{events:#?}");
    &reports[0].data
}

/// The process that a suite has started, which would outlive it.
#[track_caller]
fn sleeper(book: &SmallBook) -> Pid {
    let read = || fs::read_to_string(book.path("sleeper")).unwrap_or_default();
    until("the suite has started a process", || !read().is_empty());
    Pid::from_raw(read().trim().parse().unwrap()).unwrap()
}
