//! Lessons, run as the book's panels run them: the client when the server listens, and each line with its
//! time, its program and its stream. On Linux the kernel's view tells of the sockets.

use harness::Trial;
use serde_json::{Value, json};

use super::run::{Event, exit, lines, needs};
use crate::support::{Server, children, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        a_pair_runs_and_both_are_heard,
        arguments_reach_the_program,
        a_panel_is_described,
        a_server_is_stopped,
    ];
    let linux = trials![the_kernels_view_is_told, what_an_earlier_run_left_is_told_apart,];
    let is_linux = cfg!(target_os = "linux");
    trials.extend(linux.into_iter().map(|trial| needs("Linux", is_linux, trial)));
    trials
}

// Lessons, run as the book runs them.

fn a_pair_runs_and_both_are_heard() {
    let server = Server::shared();
    let mut run = server.run(json!([{ "name": "lesson02" }, { "name": "lesson01" }]));
    let events = run.until_the_end();
    let output = lines(&events, 0, "stdout");
    let client = lines(&events, 1, "stdout");
    assert!(output[0].starts_with("listening on 127.0.0.1:"), "{output:?}");
    assert!(output[2].ends_with("sent 22 bytes: \"你好,我是客户端\""), "{output:?}");
    assert_eq!(client, ["问题正在处理中..."]);
    assert_eq!((exit(&events, 0), exit(&events, 1)), (Some(0), Some(0)));

    // The client starts when the server listens, and is told where.
    let place = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted).expect("an event");
    let listens = place(&|event| event.kind == "line" && event.data["text"] == output[0]);
    let starts = place(&|event| event.kind == "start" && event.data["program"] == 1);
    assert!(listens < starts, "{events:?}");
    let address = output[0].trim_start_matches("listening on ");
    assert_eq!(events[starts].data["command"], format!("cargo run -p lesson01 -- {address}"));
    let times: Vec<f64> = events.iter().filter_map(|event| event.data["at"].as_f64()).collect();
    assert_eq!(times.len(), events.len(), "an event without its time");
    assert!(times.is_sorted(), "{times:?}");
}

fn arguments_reach_the_program() {
    let server = Server::shared();
    // A text that looks like an option, and one that a shell would take apart.
    for text in ["--help", "$(touch x) '; \"`"] {
        let arguments = json!({ "--message": text, "--time-limit": "60" });
        let mut run = server
            .run(json!([{ "name": "lesson02" }, { "name": "lesson01", "arguments": arguments }]));
        let events = run.until_all_have_ended();
        let output = lines(&events, 0, "stdout");
        assert!(output[2].ends_with(&format!("{text:?}")), "{output:?}");
        assert_eq!(exit(&events, 1), Some(0));
    }
    // What is said on stderr is told apart, and a failure has its exit code.
    let arguments = json!({ "addresses": "127.0.0.1:9090 ::1:80" });
    let events = server
        .run(json!([{ "name": "lesson00 classify", "arguments": arguments }]))
        .until_all_have_ended();
    assert_eq!(lines(&events, 0, "stdout")[0], "127.0.0.1:9090");
    assert!(lines(&events, 0, "stderr")[0].starts_with("error: '::1:80'"), "{events:?}");
    assert_eq!(exit(&events, 0), Some(1));
}

fn a_server_is_stopped() {
    let server = Server::shared();
    let mut run = server.run(json!([{ "name": "lesson04" }]));
    run.line("listening on");
    assert_eq!(server.asks(&format!("{}/stop", run.path), json!({})).status, 204);
    let events = run.until_all_have_ended();
    assert!(lines(&events, 0, "stdout").iter().any(|line| line.ends_with("goodbye")), "{events:?}");
    assert_eq!(exit(&events, 0), Some(0));
    let words = events.iter().find(|event| event.kind == "exit").map(|event| &event.data["words"]);
    assert_eq!(words, Some(&json!("exit code 0")));
    assert_eq!(children(server.child.id()), 0);
}

/// Lesson 5 holds both ends of a connection, and fills and drains it.
fn the_kernels_view_is_told() {
    let server = Server::shared();
    // Where thousands of sockets are listed, a look takes long, and may miss what does not last.
    let missed = (0..5).map(|_| what_is_not_seen(&server)).take_while(Option::is_some).flatten();
    let missed: Vec<String> = missed.collect();
    assert!(missed.len() < 5, "{missed:#?}");
}

fn what_is_not_seen(server: &Server) -> Option<String> {
    let events = server.run(json!([{ "name": "lesson05" }])).until_the_end();
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

/// The second run has the port of the first one; what is left on it is not.
fn what_an_earlier_run_left_is_told_apart() {
    let server = Server::shared();
    let waiting = |events: &[Event], is_earlier: bool| {
        let sockets = events.iter().filter(|event| event.kind == "sockets");
        let mut sockets = sockets.flat_map(|event| event.data["sockets"].as_array().unwrap());
        sockets.any(|one| one["state"] == "TIME_WAIT" && one["earlier"] == is_earlier)
    };
    let mut first = server.run(json!([{ "name": "lesson03" }, { "name": "lesson01" }]));
    let address = first.line("listening on").trim_start_matches("listening on ").to_owned();
    first.until_all_have_ended();
    first.until(|events| waiting(events, false));

    let arguments = json!({ "address": address });
    let second = json!([{ "name": "lesson03", "arguments": arguments }, { "name": "lesson01" }]);
    let mut second = server.run(second);
    let events = second.until(|events| waiting(events, true));
    let first = events.iter().position(|event| event.kind == "start").unwrap_or(events.len());
    assert!(!waiting(&events[..first], false), "{events:?}");
}

fn a_panel_is_described() {
    let server = Server::shared();
    let answer = server.get("/live/panel?client=lesson01+--encoding+gbk&server=lesson02");
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
    let actors = panel["actors"].as_array().unwrap();
    assert_eq!((actors.len(), &actors[0]), (5, &json!(["another", "Another client"])));
    let alone: Value =
        serde_json::from_str(&server.get("/live/panel?server=lesson04").body).unwrap();
    assert_eq!(alone["actors"][0], json!(["silent", "A silent one"]), "it has no client");
    assert_eq!(server.get("/live/panel?server=bash&client=lesson01").status, 404);
    assert_eq!(server.get("/live/panel").status, 404);
}
