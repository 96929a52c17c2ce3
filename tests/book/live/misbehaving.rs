//! Programs that misbehave, and pages that do. A small book brings programs of its own under the names of
//! ours. No child outlives its page, its limits or the server; two hundred runs leave nothing behind.

use std::fs;

use harness::Trial;
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::run::{Events, has_python, lines, needs};
use crate::support::{Server, SmallBook, children, is_alive, trials, until};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![a_compile_error_is_shown,];
    let python = trials![
        a_line_reaches_standard_input,
        a_stream_that_breaks_goes_on_where_it_was,
        one_run_a_panel_and_few_in_all,
        endless_output_is_cut,
        a_program_that_does_not_listen_has_no_client,
    ];
    trials.extend(python.into_iter().map(|trial| needs("python3", has_python(), trial)));
    #[cfg(unix)]
    {
        let unix = trials![
            stop_is_ctrl_c_and_then_the_end,
            a_page_that_goes_away_ends_its_run,
            a_server_that_ends_leaves_no_child,
        ];
        trials.extend(unix.into_iter().map(|trial| needs("python3", has_python(), trial)));
    }
    #[cfg(target_os = "linux")]
    {
        let linux =
            trials![a_server_that_is_killed_leaves_no_child, two_hundred_runs_leave_nothing,];
        trials.extend(linux.into_iter().map(|trial| needs("python3", has_python(), trial)));
    }
    trials
}

// Programs that misbehave, and pages that do.

const CANNOT_COMPILE: &str = "fn main() {\n    listen(;\n}\n";

fn a_compile_error_is_shown() {
    let book = SmallBook::new();
    book.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"lessons/lesson02\"]\n");
    book.write(
        "lessons/lesson02/Cargo.toml",
        "[package]\nname = \"lesson02\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    book.write("lessons/lesson02/src/main.rs", CANNOT_COMPILE);
    let server = Server::start(&book);
    let events = server.run(json!([{ "name": "lesson02" }])).until_the_end();
    let said: Vec<&str> = events
        .iter()
        .filter(|event| event.kind == "build")
        .filter_map(|event| event.data["text"].as_str())
        .collect();
    assert!(said.iter().any(|line| line.starts_with("error: ")), "{said:?}");
    assert!(
        said.iter().any(|line| line.contains("--> lessons/lesson02/src/main.rs:2")),
        "{said:?}"
    );
    assert!(!events.iter().any(|event| event.kind == "start"), "{events:?}");
}

fn a_line_reaches_standard_input() {
    let book = SmallBook::with("lesson04/daemon.py", "print('ready')\nprint(input()[::-1])\n");
    let server = Server::start(&book);
    let mut run = server.run(json!([{ "name": "lesson04/daemon.py" }]));
    run.line("ready");
    let line = json!({ "program": 0, "line": "abc\ndef" });
    assert_eq!(server.asks(&format!("{}/input", run.path), line).status, 204);
    // One line, whatever was in it.
    assert_eq!(run.line("fed"), "fed cba");
    run.until_the_end();
}

#[cfg(unix)]
fn stop_is_ctrl_c_and_then_the_end() {
    // One that ends cleanly, and one that does not.
    let orderly = "import time\ntry:\n    print('ready')\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    print('bye')\n";
    let stubborn = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('ready')\ntime.sleep(600)\n";
    for (program, last, ended_by) in [(orderly, "bye", None), (stubborn, "ready", Some(9))] {
        let book = SmallBook::with("lesson02/original.py", program);
        let server = Server::start(&book);
        let mut run = server.run(json!([{ "name": "lesson02/original.py" }]));
        run.line("ready");
        assert_eq!(server.asks(&format!("{}/stop", run.path), json!({})).status, 204);
        let events = run.until_the_end();
        assert_eq!(lines(&events, 0, "stdout").last().unwrap(), last);
        let end = events.iter().find(|event| event.kind == "exit").expect("an exit");
        assert_eq!(end.data["signal"].as_i64(), ended_by);
        assert_eq!(events.iter().find(|event| event.kind == "over").unwrap().data["stopped"], true);
    }
}

/// A program that does not end, has a child, and says the process id of both.
const FAMILY: &str = "\
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen(['sleep', '600'])
print('pids', os.getpid(), child.pid)
time.sleep(600)
";

#[cfg(unix)]
fn a_page_that_goes_away_ends_its_run() {
    let book = SmallBook::with("lesson02/original.py", FAMILY);
    let server = Server::start(&book);
    let mut run = server.run(json!([{ "name": "lesson02/original.py" }]));
    let pids = pids(&run.line("pids"));
    drop(run);
    for pid in pids {
        until("the process is gone", || !is_alive(pid));
    }
    until("the server has waited for it", || children(server.child.id()) == 0);
    // And its place is free again.
    server.run(json!([{ "name": "lesson02/original.py" }])).line("pids");
}

#[cfg(unix)]
fn a_server_that_ends_leaves_no_child() {
    let book = SmallBook::with("lesson02/original.py", FAMILY);
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = Server::start(&book);
        let mut run = server.run(json!([{ "name": "lesson02/original.py" }]));
        let pids = pids(&run.line("pids"));
        let pid = Pid::from_child(&server.child);
        kill_process(pid, signal).unwrap();
        assert!(server.child.wait().unwrap().success());
        for pid in pids {
            until("the process is gone", || !is_alive(pid));
        }
    }
}

/// The server cannot clean up after that, so the kernel does.
#[cfg(target_os = "linux")]
fn a_server_that_is_killed_leaves_no_child() {
    let book = SmallBook::with("lesson02/original.py", FAMILY);
    let mut server = Server::start(&book);
    let mut run = server.run(json!([{ "name": "lesson02/original.py" }]));
    let [program, its_child] = pids(&run.line("pids"));
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    until("the process is gone", || !is_alive(program));
    // What the program itself has started lives on; no lesson starts a process.
    let _ = kill_process(its_child, Signal::KILL);
}

fn a_stream_that_breaks_goes_on_where_it_was() {
    let program = "print('one')\nprint('two')\nprint(input())\n";
    let book = SmallBook::with("lesson04/daemon.py", program);
    let server = Server::start(&book);
    let mut run = server.run(json!([{ "name": "lesson04/daemon.py" }]));
    run.line("one");
    let last = run.heard.last().unwrap().id;
    let path = run.path.clone();
    drop(run);
    let mut again = Events::of(&server, &path, Some(last));
    let next = again.next();
    assert_eq!((next.id, &next.data["text"]), (last + 1, &json!("two")));
    // Two pages at the same time see the same; the first leaves, the run goes on.
    let mut other = Events::of(&server, &path, None);
    assert_eq!(other.next().id, 0);
    drop(again);
    server.asks(&format!("{path}/input"), json!({ "program": 0, "line": "three" }));
    other.line("three");
    let ids: Vec<usize> = other.until_the_end().iter().map(|event| event.id).collect();
    assert!(ids.iter().copied().eq(0..ids.len()), "{ids:?}");
}

fn one_run_a_panel_and_few_in_all() {
    let book = SmallBook::with("lesson04/daemon.py", "print('ready')\ninput()\n");
    let server = Server::start(&book);
    let start = |panel: &str| {
        server.asks(
            "/live/run",
            json!({ "panel": panel, "programs": [{ "name": "lesson04/daemon.py" }] }),
        )
    };
    let mut runs = Vec::new();
    for panel in ["a", "b", "c"] {
        let run: Value = serde_json::from_str(&start(panel).body).unwrap();
        let path = format!("/live/run/{}", run["run"].as_str().unwrap());
        let mut stream = Events::of(&server, &path, None);
        stream.line("ready");
        runs.push(stream);
        let again = start(panel);
        assert_eq!(again.status, 409);
        assert!(again.body.contains("runs already"), "{}", again.body);
    }
    // The oldest one has ended before another begins, and its page is told why.
    for panel in ["d", "e"] {
        assert_eq!(start(panel).status, 200);
        let going_on = children(server.child.id());
        assert!(going_on <= 3, "{going_on} programs");
        let told = runs.remove(0).until_the_end();
        let limit = told.iter().find(|event| event.kind == "limit").unwrap();
        assert_eq!(limit.data["why"], "another run was started");
        assert!(told.iter().any(|event| event.kind == "exit"), "{told:?}");
    }
    assert_eq!(start("c").status, 409, "the youngest one goes on");
}

fn endless_output_is_cut() {
    let book = SmallBook::with("lesson02/original.py", "while True: print('x' * 10000)\n");
    let server = Server::start(&book);
    let mut run = server.run(json!([{ "name": "lesson02/original.py" }]));
    while run.next().kind != "cut" {}
    // A line that is too long has come in pieces.
    let longest = lines(&run.heard, 0, "stdout").iter().map(String::len).max().unwrap();
    assert!(longest < 10_000, "{longest}");
    server.asks(&format!("{}/stop", run.path), json!({}));
    let events = run.until_the_end();
    let bytes: usize = events.iter().map(|event| event.data.to_string().len()).sum();
    // Each line is there twice, as text and in its row of the scene.
    assert!(bytes < 2_000_000, "{bytes}");
    assert_eq!(events.iter().filter(|event| event.kind == "cut").count(), 1);
    assert!(events.iter().any(|event| event.kind == "exit"), "the end is told anyway");
}

fn a_program_that_does_not_listen_has_no_client() {
    let book = SmallBook::with("lesson02/original.py", "print('listening on nothing')\n");
    let server = Server::start(&book);
    let programs = json!([{ "name": "lesson02/original.py" }, { "name": "lesson01/mended.py" }]);
    let events = server.run(programs).until_the_end();
    assert_eq!(events.iter().filter(|event| event.kind == "start").count(), 1, "{events:?}");
}

/// Every run takes a process, pipes, tasks and a stream; none of them may stay. What is called `python3`
/// here is echo, which is over sooner.
#[cfg(target_os = "linux")]
fn two_hundred_runs_leave_nothing() {
    let book = SmallBook::new();
    book.write("bin/README", "");
    std::os::unix::fs::symlink("/bin/echo", book.path("bin/python3")).unwrap();
    let server = Server::start_as(&book, |server| {
        server.env("PATH", book.path("bin"));
    });
    let id = server.child.id();
    let descriptors = || fs::read_dir(format!("/proc/{id}/fd")).unwrap().count();
    let run = || {
        let events = server.run(json!([{ "name": "lesson02/original.py" }])).until_the_end();
        assert_eq!(lines(&events, 0, "stdout"), ["lessons/lesson02/original.py 127.0.0.1:0"]);
    };
    run();
    until("the first run is gone", || children(id) == 0);
    let before = descriptors();
    for _ in 0..200 {
        run();
    }
    until("no descriptor is left", || descriptors() <= before);
    until("no child is left", || children(id) == 0);
}

// Processes.

#[cfg(unix)]
fn pids(line: &str) -> [Pid; 2] {
    let mut numbers = line.split(' ').skip(1).map(|number| Pid::from_raw(number.parse().unwrap()));
    [numbers.next().unwrap().unwrap(), numbers.next().unwrap().unwrap()]
}
