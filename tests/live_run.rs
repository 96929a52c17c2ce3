//! Checks what a page can run, from outside, over HTTP as a page does it:
//!
//! - A pair of programs runs, the client when the server listens, and each line comes with its time, its
//!   program and its stream.
//! - Stop, a line of input, a compile error: what the page gets is what a terminal would show.
//! - On Linux the kernel's view tells of the states and queues of the sockets.
//! - Only programs of the table start, only with arguments that are described there, and only for pages
//!   of this reader.
//! - Nothing outlives its page, its limits or the reader; two hundred runs leave nothing behind.
//! - Elsewhere than on a served page a panel is the recording.
//!
//! Some tests run lessons of this workspace. The others bring a small book with programs of their own
//! under the names of ours, to see how the reader treats programs that misbehave.
//!
//! Nothing here waits for time to pass: every wait is for an event, and has a deadline.

#[cfg(unix)]
use rustix::process::Pid;
use serde_json::Value;

#[cfg(unix)]
use super::alive::is_alive;
use super::*;

/// A run may have to build a lesson first.
const LONGEST: Duration = Duration::from_secs(240);

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        a_pair_runs_and_both_are_heard,
        arguments_reach_the_program,
        a_panel_is_described,
        a_compile_error_is_shown,
        what_is_not_described_starts_nothing,
        a_request_from_elsewhere_starts_nothing,
        a_panel_of_an_unknown_program_is_a_defect,
        a_static_page_shows_the_recordings,
    ];
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
            a_reader_that_ends_leaves_no_child,
        ];
        trials.extend(unix.into_iter().map(|trial| needs("python3", has_python(), trial)));
        trials.extend(trials![a_server_is_stopped,]);
    }
    #[cfg(target_os = "linux")]
    {
        let linux =
            trials![a_reader_that_is_killed_leaves_no_child, two_hundred_runs_leave_nothing,];
        trials.extend(linux.into_iter().map(|trial| needs("python3", has_python(), trial)));
        trials.extend(trials![the_kernels_view_is_told, what_an_earlier_run_left_is_told_apart,]);
    }
    trials
}

fn needs(tool: &str, is_there: bool, trial: Trial) -> Trial {
    if is_there { trial } else { trial.with_kind(format!("needs {tool}")).with_ignored_flag(true) }
}

fn has_python() -> bool {
    static ANSWER: LazyLock<bool> =
        LazyLock::new(|| Command::new("python3").arg("-V").stdout(Stdio::null()).status().is_ok());
    *ANSWER
}

// ----------------------------------------------------------------------------
// Lessons, run as the book runs them.

fn a_pair_runs_and_both_are_heard() {
    let reader = Reader::shared();
    let mut run = reader.run(json!([{ "name": "lesson02" }, { "name": "lesson01" }]));
    let events = run.until_the_end();
    let server = lines(&events, 0, "stdout");
    let client = lines(&events, 1, "stdout");
    assert!(server[0].starts_with("listening on 127.0.0.1:"), "{server:?}");
    assert!(server[2].ends_with("sent 22 bytes: \"你好,我是客户端\""), "{server:?}");
    assert_eq!(client, ["问题正在处理中..."]);
    assert_eq!((exit(&events, 0), exit(&events, 1)), (Some(0), Some(0)));

    // The client starts when the server listens, and is told where.
    let place = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted).expect("an event");
    let listens = place(&|event| event.kind == "line" && event.data["text"] == server[0]);
    let starts = place(&|event| event.kind == "start" && event.data["program"] == 1);
    assert!(listens < starts, "{events:?}");
    let address = server[0].trim_start_matches("listening on ");
    assert_eq!(events[starts].data["command"], format!("cargo run -p lesson01 -- {address}"));
    let times: Vec<f64> = events.iter().filter_map(|event| event.data["at"].as_f64()).collect();
    assert_eq!(times.len(), events.len(), "an event without its time");
    assert!(times.is_sorted(), "{times:?}");
}

fn arguments_reach_the_program() {
    let reader = Reader::shared();
    // A text that looks like an option, and one that a shell would take apart.
    for text in ["--help", "$(touch x) '; \"`"] {
        let arguments = json!({ "--message": text, "--time-limit": "60" });
        let mut run = reader
            .run(json!([{ "name": "lesson02" }, { "name": "lesson01", "arguments": arguments }]));
        let events = run.until_all_have_ended();
        let server = lines(&events, 0, "stdout");
        assert!(server[2].ends_with(&format!("{text:?}")), "{server:?}");
        assert_eq!(exit(&events, 1), Some(0));
    }
    // What is said on stderr is told apart, and a failure has its exit code.
    let arguments = json!({ "addresses": "127.0.0.1:9090 ::1:80" });
    let events = reader
        .run(json!([{ "name": "lesson00 classify", "arguments": arguments }]))
        .until_all_have_ended();
    assert_eq!(lines(&events, 0, "stdout")[0], "127.0.0.1:9090");
    assert!(lines(&events, 0, "stderr")[0].starts_with("error: '::1:80'"), "{events:?}");
    assert_eq!(exit(&events, 0), Some(1));
}

#[cfg(unix)]
fn a_server_is_stopped() {
    let reader = Reader::shared();
    let mut run = reader.run(json!([{ "name": "lesson04" }]));
    run.line("listening on");
    assert_eq!(reader.asks(&format!("{}/stop", run.path), json!({})).status, 204);
    let events = run.until_all_have_ended();
    assert!(lines(&events, 0, "stdout").iter().any(|line| line.ends_with("goodbye")), "{events:?}");
    assert_eq!(exit(&events, 0), Some(0));
    assert_eq!(children(reader.child.id()), 0);
}

/// Lesson 5 holds both ends of a connection, and fills and drains it.
#[cfg(target_os = "linux")]
fn the_kernels_view_is_told() {
    let reader = Reader::shared();
    // Where thousands of sockets are listed, a look takes long, and may miss what does not last.
    let missed = (0..5).map(|_| what_is_not_seen(&reader)).take_while(Option::is_some).flatten();
    let missed: Vec<String> = missed.collect();
    assert!(missed.len() < 5, "{missed:#?}");
}

#[cfg(target_os = "linux")]
fn what_is_not_seen(reader: &Reader) -> Option<String> {
    let events = reader.run(json!([{ "name": "lesson05" }])).until_the_end();
    let sockets: Vec<&Value> = events
        .iter()
        .filter(|event| event.kind == "sockets")
        .flat_map(|event| event.data["sockets"].as_array().unwrap())
        .collect();
    // Each is told of when it has changed, and not otherwise.
    for pair in sockets.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    let seen = |end: &str, state: &str| {
        sockets.iter().any(|socket| socket["end"] == end && socket["state"] == state)
    };
    let queued = |end: &str, queue: &str| {
        let mut queues = sockets.iter().filter(|socket| socket["end"] == end);
        queues.any(|socket| socket[queue].as_u64().unwrap() > 1000)
    };
    let all = seen("server", "LISTEN")
        && seen("server", "ESTABLISHED")
        && seen("client", "ESTABLISHED")
        && seen("client", "TIME_WAIT")
        && queued("client", "send")
        && queued("server", "receive");
    (!all).then(|| format!("{sockets:?}"))
}

/// The port of the first run is the second one's, too; what is left on it is not.
#[cfg(target_os = "linux")]
fn what_an_earlier_run_left_is_told_apart() {
    let reader = Reader::shared();
    let waiting = |events: &[Event], is_earlier: bool| {
        let sockets = events.iter().filter(|event| event.kind == "sockets");
        let mut sockets = sockets.flat_map(|event| event.data["sockets"].as_array().unwrap());
        sockets.any(|one| one["state"] == "TIME_WAIT" && one["earlier"] == is_earlier)
    };
    let mut first = reader.run(json!([{ "name": "lesson03" }, { "name": "lesson01" }]));
    let address = first.line("listening on").trim_start_matches("listening on ").to_owned();
    first.until_all_have_ended();
    first.until(|events| waiting(events, false));

    let arguments = json!({ "address": address });
    let mut second = reader.run(json!([{ "name": "lesson03", "arguments": arguments }]));
    let events = second.until(|events| waiting(events, true));
    assert!(!waiting(&events, false), "{events:?}");
}

fn a_panel_is_described() {
    let reader = Reader::shared();
    let answer = reader.get("/live/panel?client=lesson01+--encoding+gbk&server=lesson02");
    let panel: Value = serde_json::from_str(&answer.body).unwrap();
    let programs = panel["programs"].as_array().unwrap();
    assert_eq!(
        (&programs[0]["name"], &programs[0]["role"]),
        (&json!("lesson02"), &json!("server"))
    );
    let arguments = programs[1]["arguments"].as_array().unwrap();
    let encoding = arguments.iter().find(|argument| argument["name"] == "--encoding").unwrap();
    assert_eq!(encoding["value"], "gbk");
    assert_eq!(encoding["choices"], json!(["utf-8", "gbk"]));
    assert_eq!(reader.get("/live/panel?server=bash&client=lesson01").status, 404);
    assert_eq!(reader.get("/live/panel").status, 404);
}

// ----------------------------------------------------------------------------
// Programs that misbehave, and pages that do.

const CANNOT_COMPILE: &str = "fn main() {\n    listen(;\n}\n";

fn a_compile_error_is_shown() {
    let shelf = Shelf::new();
    shelf.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"lessons/lesson02\"]\n");
    shelf.write(
        "lessons/lesson02/Cargo.toml",
        "[package]\nname = \"lesson02\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    shelf.write("lessons/lesson02/src/main.rs", CANNOT_COMPILE);
    let reader = Reader::start(&shelf);
    let events = reader.run(json!([{ "name": "lesson02" }])).until_the_end();
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
    let shelf = Shelf::with("lesson04/daemon.py", "print('ready')\nprint(input()[::-1])\n");
    let reader = Reader::start(&shelf);
    let mut run = reader.run(json!([{ "name": "lesson04/daemon.py" }]));
    run.line("ready");
    let line = json!({ "program": 0, "line": "abc\ndef" });
    assert_eq!(reader.asks(&format!("{}/input", run.path), line).status, 204);
    // One line, whatever was in it.
    assert_eq!(run.line("fed"), "fed cba");
    run.until_the_end();
}

#[cfg(unix)]
fn stop_is_ctrl_c_and_then_the_end() {
    // One that ends in order, and one that does not.
    let orderly = "import time\ntry:\n    print('ready')\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    print('bye')\n";
    let stubborn = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('ready')\ntime.sleep(600)\n";
    for (program, last, ended_by) in [(orderly, "bye", None), (stubborn, "ready", Some(9))] {
        let shelf = Shelf::with("lesson02/original.py", program);
        let reader = Reader::start(&shelf);
        let mut run = reader.run(json!([{ "name": "lesson02/original.py" }]));
        run.line("ready");
        assert_eq!(reader.asks(&format!("{}/stop", run.path), json!({})).status, 204);
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
    let shelf = Shelf::with("lesson02/original.py", FAMILY);
    let reader = Reader::start(&shelf);
    let mut run = reader.run(json!([{ "name": "lesson02/original.py" }]));
    let pids = pids(&run.line("pids"));
    drop(run);
    for pid in pids {
        until("the process is gone", || !is_alive(pid));
    }
    until("the reader has waited for it", || children(reader.child.id()) == 0);
    // And its place is free again.
    reader.run(json!([{ "name": "lesson02/original.py" }])).line("pids");
}

#[cfg(unix)]
fn a_reader_that_ends_leaves_no_child() {
    let shelf = Shelf::with("lesson02/original.py", FAMILY);
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let mut reader = Reader::start(&shelf);
        let mut run = reader.run(json!([{ "name": "lesson02/original.py" }]));
        let pids = pids(&run.line("pids"));
        let pid = rustix::process::Pid::from_child(&reader.child);
        rustix::process::kill_process(pid, signal).unwrap();
        assert!(reader.child.wait().unwrap().success());
        for pid in pids {
            until("the process is gone", || !is_alive(pid));
        }
    }
}

/// Nobody can clean up after that, so the kernel does.
#[cfg(target_os = "linux")]
fn a_reader_that_is_killed_leaves_no_child() {
    let shelf = Shelf::with("lesson02/original.py", FAMILY);
    let mut reader = Reader::start(&shelf);
    let mut run = reader.run(json!([{ "name": "lesson02/original.py" }]));
    let [program, its_child] = pids(&run.line("pids"));
    reader.child.kill().unwrap();
    reader.child.wait().unwrap();
    until("the process is gone", || !is_alive(program));
    // What the program itself has started is nobody's any more; no lesson starts a process.
    let _ = rustix::process::kill_process(its_child, rustix::process::Signal::KILL);
}

fn a_stream_that_breaks_goes_on_where_it_was() {
    let program = "print('one')\nprint('two')\nprint(input())\n";
    let shelf = Shelf::with("lesson04/daemon.py", program);
    let reader = Reader::start(&shelf);
    let mut run = reader.run(json!([{ "name": "lesson04/daemon.py" }]));
    run.line("one");
    let last = run.heard.last().unwrap().id;
    let path = run.path.clone();
    drop(run);
    let mut again = Events::of(&reader, &path, Some(last));
    let next = again.next();
    assert_eq!((next.id, &next.data["text"]), (last + 1, &json!("two")));
    // Two pages at once see the same; the first leaves, the run goes on.
    let mut other = Events::of(&reader, &path, None);
    assert_eq!(other.next().id, 0);
    drop(again);
    reader.asks(&format!("{path}/input"), json!({ "program": 0, "line": "three" }));
    other.line("three");
    let ids: Vec<usize> = other.until_the_end().iter().map(|event| event.id).collect();
    assert!(ids.iter().copied().eq(0..ids.len()), "{ids:?}");
}

fn one_run_a_panel_and_few_in_all() {
    let shelf = Shelf::with("lesson04/daemon.py", "print('ready')\ninput()\n");
    let reader = Reader::start(&shelf);
    let start = |panel: &str| {
        reader.asks(
            "/live/run",
            json!({ "panel": panel, "programs": [{ "name": "lesson04/daemon.py" }] }),
        )
    };
    let mut runs = Vec::new();
    for panel in ["a", "b", "c"] {
        let run: Value = serde_json::from_str(&start(panel).body).unwrap();
        let path = format!("/live/run/{}", run["run"].as_str().unwrap());
        let mut stream = Events::of(&reader, &path, None);
        stream.line("ready");
        runs.push(stream);
        let again = start(panel);
        assert_eq!(again.status, 409);
        assert!(again.body.contains("runs already"), "{}", again.body);
    }
    let fourth = start("d");
    assert_eq!(fourth.status, 409);
    assert!(fourth.body.contains("3 runs are under way"), "{}", fourth.body);
    let mut first = runs.remove(0);
    reader.asks(&format!("{}/stop", first.path), json!({}));
    first.until_the_end();
    assert_eq!(start("d").status, 200);
}

fn endless_output_is_cut() {
    let shelf = Shelf::with("lesson02/original.py", "while True: print('x' * 10000)\n");
    let reader = Reader::start(&shelf);
    let mut run = reader.run(json!([{ "name": "lesson02/original.py" }]));
    while run.next().kind != "cut" {}
    // A line that is too long has come in pieces.
    let longest = lines(&run.heard, 0, "stdout").iter().map(String::len).max().unwrap();
    assert!(longest < 10_000, "{longest}");
    reader.asks(&format!("{}/stop", run.path), json!({}));
    let events = run.until_the_end();
    let bytes: usize = events.iter().map(|event| event.data.to_string().len()).sum();
    assert!(bytes < 1_000_000, "{bytes}");
    assert_eq!(events.iter().filter(|event| event.kind == "cut").count(), 1);
    assert!(events.iter().any(|event| event.kind == "exit"), "the end is told all the same");
}

fn a_program_that_does_not_listen_has_no_client() {
    let shelf = Shelf::with("lesson02/original.py", "print('listening on nothing')\n");
    let reader = Reader::start(&shelf);
    let programs = json!([{ "name": "lesson02/original.py" }, { "name": "lesson01/mended.py" }]);
    let events = reader.run(programs).until_the_end();
    assert_eq!(events.iter().filter(|event| event.kind == "start").count(), 1, "{events:?}");
}

/// Every run takes a process, pipes, tasks and a stream; none of them may stay. What is called `python3`
/// here is echo, which is over sooner.
#[cfg(target_os = "linux")]
fn two_hundred_runs_leave_nothing() {
    let shelf = Shelf::new();
    shelf.write("bin/README", "");
    std::os::unix::fs::symlink("/bin/echo", shelf.path("bin/python3")).unwrap();
    let reader = Reader::start_as(&shelf, |reader| {
        reader.env("PATH", shelf.path("bin"));
    });
    let id = reader.child.id();
    let descriptors = || fs::read_dir(format!("/proc/{id}/fd")).unwrap().count();
    let run = || {
        let events = reader.run(json!([{ "name": "lesson02/original.py" }])).until_the_end();
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

// ----------------------------------------------------------------------------
// What must not start.

fn what_is_not_described_starts_nothing() {
    let reader = Reader::shared();
    let one = |name: &str, arguments: Value| json!([{ "name": name, "arguments": arguments }]);
    let address = |address: &str| one("lesson02", json!({ "address": address }));
    let bad = [
        one("bash", json!({})),
        one("solution02", json!({})),
        one("", json!({})),
        one("lesson02 --help", json!({})),
        one("lesson02/../lesson02/original.py", json!({})),
        one("../book/server/main.rs", json!({})),
        one("/bin/sh", json!({})),
        one("lesson02", json!({ "--csv": "x" })),
        one("lesson05", json!({ "--csv": "x" })),
        one("lesson02", json!({ "--time-limit": "-1" })),
        one("lesson02", json!({ "--time-limit": "1 --help" })),
        one("lesson02", json!({ "--time-limit": 5 })),
        one("lesson02", json!({ "--time-limit": "86400" })),
        one("lesson02", json!(["--help"])),
        one("lesson03", json!({ "--without-reuse": "yes" })),
        one("lesson03", json!({ "--backlog": "100000" })),
        one("lesson01", json!({ "--encoding": "latin-1" })),
        one("lesson01", json!({ "--message": "a\0b" })),
        one("lesson01", json!({ "--message": "x".repeat(5000) })),
        one("lesson00 classify", json!({ "addresses": "--help" })),
        one("lesson00 classify", json!({ "addresses": "$(id)" })),
        address("0.0.0.0:0"),
        address("[::]:0"),
        address("192.168.31.7:50000"),
        address("127.0.0.1:22"),
        address("localhost:50000"),
        address("--help"),
        json!([]),
        json!([{ "name": "lesson02" }, { "name": "lesson01" }, { "name": "lesson01" }]),
        json!([{ "name": "lesson02" }, { "name": "bash" }]),
        json!("lesson02"),
        json!([7]),
    ];
    for programs in bad {
        let answer = reader.asks("/live/run", json!({ "panel": "a", "programs": programs }));
        assert_eq!(answer.status, 400, "{programs}: {}", answer.body);
    }
    assert_eq!(
        reader.asks("/live/run", json!({ "programs": [{ "name": "lesson02" }] })).status,
        400
    );
    assert_eq!(reader.asks("/live/run/1/stop", json!({})).status, 404);
    assert_eq!(reader.asks("/live/run/../../stop", json!({})).status, 405);
    assert_eq!(reader.get("/live/run/1").status, 404);
    assert_eq!(children(reader.child.id()), 0);
}

fn a_request_from_elsewhere_starts_nothing() {
    let reader = Reader::shared();
    let ours = format!("Host: {0}\r\nOrigin: http://{0}", reader.addr);
    let token = format!("X-Book-Token: {}", reader.token());
    let wrong_heads = [
        // No token, and one of another run.
        ours.clone(),
        format!("{ours}\r\nX-Book-Token: 00000000000000000000000000000000"),
        // A web page elsewhere, and one that has made its name point here.
        format!("Host: {}\r\nOrigin: https://example.com\r\n{token}", reader.addr),
        format!("Host: {}\r\nOrigin: null\r\n{token}", reader.addr),
        format!("Host: {}\r\nSec-Fetch-Site: cross-site\r\n{token}", reader.addr),
        format!("Host: example.com\r\nOrigin: http://example.com\r\n{token}"),
    ];
    let body = json!({ "panel": "a", "programs": [{ "name": "lesson02" }] }).to_string();
    for head in wrong_heads {
        for path in ["/live/run", "/live/run/1/stop", "/live/run/1/input"] {
            assert_eq!(
                reader.ask_json(&format!("POST {path}"), &head, &body).status,
                403,
                "{head}"
            );
        }
    }
    // GET starts nothing, whoever asks.
    let answer = reader.ask_json("GET /live/run", &format!("{ours}\r\n{token}"), &body);
    assert_eq!(answer.status, 405);
    assert_eq!(children(reader.child.id()), 0);
}

fn a_panel_of_an_unknown_program_is_a_defect() {
    for (attributes, expected) in [
        (r#"data-program="bash""#, "no program `bash` that a page can run"),
        (r#"data-program="lesson02 --csv x""#, "`lesson02` takes no --csv"),
        (r#"data-program="lesson02 0.0.0.0:0""#, "must be a loopback address"),
        (r#"data-client="lesson01""#, "needs data-server and data-client"),
        ("", "needs data-server and data-client"),
    ] {
        let shelf = Shelf::new();
        shelf.write(
            "book/chapters/README.md",
            &format!("# A\n\n<div class=\"run\" {attributes}>\n\n</div>\n"),
        );
        let built = shelf.build().code(1);
        let stderr = String::from_utf8_lossy(&built.get_output().stderr).into_owned();
        assert!(stderr.contains("book/chapters/README.md:3: panel: "), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }
}

fn a_static_page_shows_the_recordings() {
    let page = fs::read_to_string(site().join("02-1-client.html")).unwrap();
    let (_, panel) = page
        .split_once(r#"<div class="run" data-server="lesson02" data-client="lesson01">"#)
        .unwrap();
    let (panel, _) = panel.split_once("</div>").unwrap();
    assert!(panel.contains("<figure class=\"terminal server\">"), "{panel}");
    assert!(panel.contains("问题正在处理中..."), "{panel}");
    let note = panel.find("class=\"run-note\"").expect("how to run it");
    assert!(panel.rfind("</figure>").unwrap() < note, "{panel}");
    assert!(!page.contains("theme/run"), "a script of the served page");
}

// ----------------------------------------------------------------------------
// Processes.

#[cfg(unix)]
fn pids(line: &str) -> [Pid; 2] {
    let mut numbers = line.split(' ').skip(1).map(|number| Pid::from_raw(number.parse().unwrap()));
    [numbers.next().unwrap().unwrap(), numbers.next().unwrap().unwrap()]
}

// ----------------------------------------------------------------------------
// A page.

impl Shelf {
    /// With a Python program under a name that the reader knows.
    fn with(program: &str, text: &str) -> Shelf {
        let shelf = Shelf::new();
        shelf.write(&format!("lessons/{program}"), text);
        shelf
    }
}

impl Reader {
    /// Starts programs as a page does, and listens to them.
    #[track_caller]
    fn run(&self, programs: Value) -> Events {
        let answer = self.asks("/live/run", json!({ "panel": "a", "programs": programs }));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let run: Value = serde_json::from_str(&answer.body).unwrap();
        Events::of(self, &format!("/live/run/{}", run["run"].as_str().unwrap()), None)
    }

    /// What a page of this reader is answered.
    #[track_caller]
    fn asks(&self, path: &str, body: Value) -> Answer {
        let head = format!(
            "Host: {0}\r\nOrigin: http://{0}\r\nX-Book-Token: {1}",
            self.addr,
            self.token()
        );
        self.ask_json(&format!("POST {path}"), &head, &body.to_string())
    }

    #[track_caller]
    fn ask_json(&self, request: &str, head: &str, body: &str) -> Answer {
        self.ask(&format!(
            "{request} HTTP/1.1\r\n{head}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ))
    }
}

#[derive(Clone, Debug)]
struct Event {
    id: usize,
    kind: String,
    data: Value,
}

/// The events of a run, as they come.
struct Events {
    path: String,
    stream: Stream,
    heard: Vec<Event>,
    deadline: Instant,
}

impl Events {
    #[track_caller]
    fn of(reader: &Reader, path: &str, last: Option<usize>) -> Events {
        let last = last.map_or(String::new(), |last| format!("Last-Event-ID: {last}\r\n"));
        let stream = reader.listen(path, &last);
        stream.lines.get_ref().set_read_timeout(Some(LONGEST)).unwrap();
        let deadline = Instant::now() + LONGEST;
        Events { path: path.to_owned(), stream, heard: Vec::new(), deadline }
    }

    /// The next event.
    #[track_caller]
    fn next(&mut self) -> Event {
        let Heard { id, kind, data } = self.stream.heard(self.deadline);
        let data = serde_json::from_str(&data).unwrap();
        let event = Event { id: id.parse().unwrap(), kind, data };
        self.heard.push(event.clone());
        event
    }

    /// Waits for a line of a program that starts like this.
    #[track_caller]
    fn line(&mut self, start: &str) -> String {
        loop {
            let event = self.next();
            let text = event.data["text"].as_str().unwrap_or_default();
            if event.kind == "line" && text.starts_with(start) {
                return text.to_owned();
            }
            assert_ne!(event.kind, "end", "no line {start:?}: {:#?}", self.heard);
        }
    }

    /// All events, as soon as they are what is waited for.
    #[track_caller]
    fn until(&mut self, is_so: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        while !is_so(&self.heard) {
            assert_ne!(self.next().kind, "end", "it has not come: {:#?}", self.heard);
        }
        self.heard.clone()
    }

    /// All events, those before too. The kernel's view goes on for a few seconds after the programs.
    #[track_caller]
    fn until_the_end(&mut self) -> Vec<Event> {
        while self.next().kind != "end" {}
        self.heard.clone()
    }

    /// All events until the last program has ended.
    #[track_caller]
    fn until_all_have_ended(&mut self) -> Vec<Event> {
        while self.next().kind != "over" {}
        self.heard.clone()
    }
}

fn lines(events: &[Event], program: usize, stream: &str) -> Vec<String> {
    events
        .iter()
        .filter(|event| event.kind == "line")
        .filter(|event| event.data["program"] == program && event.data["stream"] == stream)
        .map(|event| event.data["text"].as_str().unwrap().to_owned())
        .collect()
}

fn exit(events: &[Event], program: usize) -> Option<i64> {
    let mut exits = events.iter().filter(|event| event.kind == "exit");
    exits.find(|event| event.data["program"] == program)?.data["code"].as_i64()
}
