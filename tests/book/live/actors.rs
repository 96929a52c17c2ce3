//! More clients for a server that runs: each reaches it, and is told of like the panel's own programs. There are
//! few of them, and all end with the run, however that ends.

use std::fs;

use harness::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

#[cfg(target_os = "linux")]
use super::run::has_namespaces;
use super::run::{Event, Events, exit, has_python, lines, needs};
use crate::support::{Answer, Server, SmallBook, children, is_alive, trials, until};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        each_actor_reaches_the_server,
        without_namespaces_actors_come_as_well,
        what_is_no_actor_is_refused,
    ];
    let python = trials![
        few_actors_are_there_at_once_and_in_all,
        an_actor_waits_until_the_server_listens,
        actors_end_when_the_programs_have_ended,
        actors_end_when_they_are_stopped,
        actors_end_when_the_page_has_gone,
        actors_end_with_the_server,
    ];
    trials.extend(python.into_iter().map(|trial| needs("python3", has_python(), trial)));
    #[cfg(target_os = "linux")]
    {
        let trial = trials![each_actor_is_captured,].remove(0);
        trials.push(needs("network namespaces", has_namespaces(), trial));
        let trial = trials![a_killed_server_leaves_no_actor,].remove(0);
        trials.push(needs("python3", has_python(), trial));
    }
    trials
}

// What they do.

fn each_actor_reaches_the_server() {
    let server = Server::shared();
    let mut run = server.run(json!([{ "name": "lesson04" }, { "name": "lesson01" }]));
    run.line("listening on");
    // The slow one takes longest.
    for actor in ["slow", "silent", "another", "resetting"] {
        assert_eq!(adds(&server, &run, actor).status, 204, "{actor}");
    }
    run.until(|events| has_ended(events, 4) && has_ended(events, 5));
    assert_eq!(adds(&server, &run, "fifty").status, 204);
    let events = run.until(|events| has_ended(events, 2) && has_ended(events, 6));

    let starts = events.iter().filter(|event| event.kind == "start");
    let starts: Vec<_> = starts
        .map(|event| [&event.data["program"], &event.data["name"], &event.data["role"]])
        .collect();
    let start = |number: u64, name: &str| [json!(number), json!(name), json!("client")];
    for (number, name) in [
        (2, "a slow client"),
        (3, "a silent client"),
        (4, "lesson01"),
        (5, "a client that resets"),
        (6, "fifty clients"),
    ] {
        let start = start(number, name);
        assert!(starts.contains(&start.each_ref()), "{start:?} is not among {starts:?}");
    }
    let said = lines(&events, 0, "stdout");
    for number in [2, 3, 5] {
        let first = lines(&events, number, "stdout").remove(0);
        let (address, _) = first.split_once(" is connected").expect("its address");
        let connected = format!("{address} connected");
        assert!(said.contains(&connected), "{connected:?} is not in {said:?}");
    }
    // Each byte has its own reply, unless the machine is slow.
    let replies = lines(&events, 2, "stdout").remove(1);
    assert!(replies.matches("问题正在处理中...").count() > 10, "{replies}");
    assert_eq!(lines(&events, 4, "stdout"), ["问题正在处理中..."]);
    assert_eq!(lines(&events, 5, "stdout")[1], "ends, with the reply unread");
    let crowd = ["50 clients come at once", "50 of them have their reply"];
    assert_eq!(lines(&events, 6, "stdout"), crowd);
    assert_eq!([2, 4, 5, 6].map(|number| exit(&events, number)), [Some(0); 4]);
    let complaints = lines(&events, 0, "stderr");
    assert!(complaints.iter().any(|line| line.contains("reset")), "{complaints:?}");

    // The silent one is there until the server ends it.
    assert!(!has_ended(&events, 3));
    stops(&server, &run);
    let events = run.until_all_have_ended();
    // It's ended right after the server, and may not come to say that it has noticed.
    let said = lines(&events, 3, "stdout");
    assert!(said[1..].iter().all(|line| line == "the server has finished"), "{said:?}");
    assert!(has_ended(&events, 3));
    assert_eq!(exit(&events, 0), Some(0));
}

#[cfg(target_os = "linux")]
fn each_actor_is_captured() {
    use super::stage::packets;

    let server = Server::shared();
    let mut run = server.run(json!([{ "name": "lesson04" }, { "name": "lesson01" }]));
    let address = run.line("listening on").trim_start_matches("listening on ").to_owned();
    for actor in ["silent", "resetting", "another", "fifty"] {
        assert_eq!(adds(&server, &run, actor).status, 204, "{actor}");
    }
    let events = run.until(|events| [3, 4, 5].iter().all(|number| has_ended(events, *number)));
    assert_eq!(events[0].data["isolated"], true);
    let packets = packets(&events);
    let calls = packets.iter().filter(|packet| packet.syn && !packet.ack);
    assert!(calls.clone().all(|packet| packet.to.to_string() == address));
    assert_eq!(calls.count(), 1 + 3 + 50);
    let silent = lines(&events, 2, "stdout").remove(0);
    let (silent, _) = silent.split_once(" is connected").expect("its address");
    let of_silent = packets.iter().filter(|packet| packet.from.to_string() == silent);
    assert_eq!(of_silent.map(|packet| packet.length).sum::<usize>(), 0);
    let resets = packets.iter().filter(|packet| packet.rst);
    let resetting = lines(&events, 3, "stdout").remove(0);
    for reset in resets.clone() {
        let from = reset.from.to_string();
        assert!(resetting.starts_with(&from), "{reset:?} is not from {resetting:?}");
    }
    assert!(resets.count() > 0);
    stops(&server, &run);
    run.until_all_have_ended();
}

fn without_namespaces_actors_come_as_well() {
    let book = SmallBook::with("lesson04/original.py", SERVES);
    book.write("lessons/lesson01/mended.py", "print('done')\n");
    let server = Server::start_as(&book, |server| {
        server.arg("--without-namespaces");
    });
    let mut run = server.run(pair());
    run.line("done");
    for actor in ["fifty", "another", "resetting", "silent"] {
        assert_eq!(adds(&server, &run, actor).status, 204, "{actor}");
    }
    let all = |events: &[Event]| [2, 3, 4, 5].iter().all(|number| has_ended(events, *number));
    let events = run.until(all);
    assert_eq!(events[0].data["isolated"], false);
    assert_eq!([2, 3, 4].map(|number| exit(&events, number)), [Some(0); 3], "{events:#?}");
    stops(&server, &run);
    let events = run.until_all_have_ended();
    assert!(!events.iter().any(|event| event.kind == "packet"));
}

// How many there are.

fn what_is_no_actor_is_refused() {
    let server = Server::shared();
    let mut run = server.run(json!([{ "name": "lesson04" }]));
    run.line("listening on");
    let bodies = [
        json!({ "actor": "lesson01" }),
        json!({ "actor": "visitor silent" }),
        json!({ "actor": "--help" }),
        json!({ "actor": "" }),
        json!({ "actor": 1 }),
        json!({ "actor": ["silent"] }),
        json!({}),
        json!("silent"),
    ];
    for body in bodies {
        assert_eq!(server.asks(&format!("{}/add", run.path), body.clone()).status, 400, "{body}");
    }
    let answer = adds(&server, &run, "another");
    assert_eq!((answer.status, &*answer.body), (409, "this server has no client here"));
    assert_eq!(children(server.child.id()), 1);
    stops(&server, &run);
    let events = run.until_all_have_ended();
    assert_eq!(events.iter().filter(|event| event.kind == "start").count(), 1);
    let answer = adds(&server, &run, "silent");
    assert_eq!((answer.status, &*answer.body), (409, "the server has ended"));
    assert_eq!(server.asks("/live/run/1/add", json!({ "actor": "silent" })).status, 404);
}

/// Takes every client, and lets those go that have sent something, or whose turn it is.
const SERVES: &str = "\
import socket, threading
listener = socket.create_server(('127.0.0.1', 0), backlog=128)
print('listening on 127.0.0.1:%d' % listener.getsockname()[1])
def serve(peer):
    peer.settimeout(1)
    try:
        if peer.recv(1000):
            peer.sendall(b'yes')
            peer.recv(1000)
    except OSError:
        pass
    peer.close()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
";

fn few_actors_are_there_at_once_and_in_all() {
    let book = SmallBook::with("lesson04/original.py", SERVES);
    book.write("lessons/lesson01/mended.py", "print('done')\n");
    let server = Server::start(&book);
    let mut run = server.run(pair());
    run.line("done");
    let own = children(server.child.id());
    let mut refused = 0;
    for number in 2..22 {
        loop {
            let answer = adds(&server, &run, "silent");
            assert!(children(server.child.id()) <= own + 4);
            if answer.status == 204 {
                break;
            }
            assert!(answer.body.contains("four more clients already"), "{}", answer.body);
            refused += 1;
            // Each is there for a second.
            let earlier = number - 4;
            run.until(|events| {
                (2..number).filter(|one| has_ended(events, *one)).count() + 2 > earlier
            });
        }
    }
    assert!(refused > 0);
    run.until(|events| (2..22).all(|number| has_ended(events, number)));
    let answer = adds(&server, &run, "silent");
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("twenty"), "{}", answer.body);
    stops(&server, &run);
    run.until_all_have_ended();
}

fn an_actor_waits_until_the_server_listens() {
    let waits = format!("print('ready')\ninput()\n{SERVES}");
    let book = SmallBook::with("lesson04/daemon.py", &waits);
    book.write("lessons/lesson01/mended.py", "print('done')\n");
    let server = Server::start(&book);
    let programs = json!([{ "name": "lesson04/daemon.py" }, { "name": "lesson01/mended.py" }]);
    let mut run = server.run(programs.clone());
    run.line("ready");
    let asked = server.begins_to_ask(&format!("{}/add", run.path), json!({ "actor": "another" }));
    let line = json!({ "program": 0, "line": "go on" });
    assert_eq!(server.asks(&format!("{}/input", run.path), line).status, 204);
    assert_eq!(Answer::on(asked).status, 204);
    let events = run.until(|events| has_ended(events, 2));
    assert_eq!(lines(&events, 2, "stdout"), ["done"]);
    stops(&server, &run);
    run.until_all_have_ended();
    // And if it never listens, the actor doesn't come.
    let mut run = server.run(programs);
    run.line("ready");
    let asked = server.begins_to_ask(&format!("{}/add", run.path), json!({ "actor": "silent" }));
    stops(&server, &run);
    let answer = Answer::on(asked);
    assert_eq!((answer.status, &*answer.body), (409, "the server has ended"));
    run.until_all_have_ended();
}

// How they end.

/// A server that ends when it's told to, and a client that stays if it isn't the first one.
fn with_one_that_stays() -> (SmallBook, Server, Events, Vec<Pid>) {
    let waits = "\
import socket
listener = socket.create_server(('127.0.0.1', 0))
print('listening on 127.0.0.1:%d' % listener.getsockname()[1])
input()
";
    let stays = "\
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
is_first = not os.path.exists('came')
open('came', 'w').close()
print('pid', os.getpid())
time.sleep(0 if is_first else 600)
";
    let book = SmallBook::with("lesson04/daemon.py", waits);
    book.write("lessons/lesson01/mended.py", stays);
    let server = Server::start(&book);
    let mut run =
        server.run(json!([{ "name": "lesson04/daemon.py" }, { "name": "lesson01/mended.py" }]));
    run.until(|events| has_ended(events, 1));
    for actor in ["another", "silent"] {
        assert_eq!(adds(&server, &run, actor).status, 204);
    }
    let has_come =
        |events: &[Event]| [2, 3].iter().all(|it| !lines(events, *it, "stdout").is_empty());
    run.until(has_come);
    let id = server.child.id();
    let list = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let pids = list.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
    let pids: Vec<Pid> = pids.collect();
    assert!(
        pids.is_empty() || pids.len() >= 3,
        "the server, two actors and perhaps a stage: {list}"
    );
    (book, server, run, pids)
}

fn are_gone(pids: &[Pid]) {
    for pid in pids {
        until("the process is gone", || !is_alive(*pid));
    }
}

fn actors_end_when_the_programs_have_ended() {
    let (_book, server, mut run, pids) = with_one_that_stays();
    let line = json!({ "program": 0, "line": "end" });
    assert_eq!(server.asks(&format!("{}/input", run.path), line).status, 204);
    let events = run.until_all_have_ended();
    assert_eq!(exit(&events, 0), Some(0));
    assert_eq!(events.last().unwrap().data["stopped"], false);
    let end = events.iter().find(|event| event.kind == "exit" && event.data["program"] == 2);
    assert_eq!(end.expect("its end").data["signal"], 9, "it ignores Ctrl-C");
    assert!(has_ended(&events, 3));
    run.until_the_end();
    are_gone(&pids);
}

fn actors_end_when_they_are_stopped() {
    let (_book, server, mut run, pids) = with_one_that_stays();
    stops(&server, &run);
    let events = run.until_all_have_ended();
    assert_eq!(events.last().unwrap().data["stopped"], true);
    assert!([0, 1, 2, 3].iter().all(|number| has_ended(&events, *number)), "{events:#?}");
    run.until_the_end();
    are_gone(&pids);
    until("the server has waited for them", || children(server.child.id()) == 0);
}

fn actors_end_when_the_page_has_gone() {
    let (_book, server, run, pids) = with_one_that_stays();
    drop(run);
    are_gone(&pids);
    until("the server has waited for them", || children(server.child.id()) == 0);
}

fn actors_end_with_the_server() {
    let (_book, mut server, _run, pids) = with_one_that_stays();
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    assert!(server.child.wait().unwrap().success());
    are_gone(&pids);
}

#[cfg(target_os = "linux")]
fn a_killed_server_leaves_no_actor() {
    let (_book, mut server, _run, pids) = with_one_that_stays();
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    are_gone(&pids);
}

// What a page does.

fn pair() -> Value {
    json!([{ "name": "lesson04/original.py" }, { "name": "lesson01/mended.py" }])
}

fn adds(server: &Server, run: &Events, actor: &str) -> Answer {
    server.asks(&format!("{}/add", run.path), json!({ "actor": actor }))
}

#[track_caller]
fn stops(server: &Server, run: &Events) {
    assert_eq!(server.asks(&format!("{}/stop", run.path), json!({})).status, 204);
}

fn has_ended(events: &[Event], program: usize) -> bool {
    events.iter().any(|event| event.kind == "exit" && event.data["program"] == program)
}
