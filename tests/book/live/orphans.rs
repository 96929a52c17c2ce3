//! How runs end: no child outlives its page, its limits or the server; two hundred runs leave nothing behind.

#[cfg(target_os = "linux")]
use std::fs;

use harness::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::run::{has_python, lines, needs};
use crate::support::{Server, SmallBook, children, is_alive, trials, until};

pub fn trials() -> Vec<Trial> {
    let trials = trials![
        stop_is_ctrl_c_and_then_the_end,
        a_page_that_goes_away_ends_its_run,
        a_server_that_ends_leaves_no_child,
    ];
    #[cfg(target_os = "linux")]
    let trials = trials
        .into_iter()
        .chain(trials![a_server_that_is_killed_leaves_no_child, two_hundred_runs_leave_nothing,]);
    trials.into_iter().map(|trial| needs("python3", has_python(), trial)).collect()
}

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

fn pids(line: &str) -> [Pid; 2] {
    let mut numbers = line.split(' ').skip(1).map(|number| Pid::from_raw(number.parse().unwrap()));
    [numbers.next().unwrap().unwrap(), numbers.next().unwrap().unwrap()]
}
