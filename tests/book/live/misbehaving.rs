//! Programs that misbehave, and pages that do. A small book brings programs of its own under the names of
//! ours.

use harness::Trial;
use serde_json::{Value, json};

use super::run::{Events, has_python, lines, needs};
use crate::support::{Server, SmallBook, children, trials};

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
