//! Pages that must not start anything.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use harness::Trial;
use serde_json::json;

use crate::elsewhere::a_page_loads_nothing_from_elsewhere;
use crate::support::DEADLINE;
use crate::support::live::{CHAPTER, LiveVisit, PAIR, live_trials};

pub fn trials() -> Vec<Trial> {
    live_trials![
        a_hostile_page_starts_nothing,
        a_rebound_name_starts_nothing,
        a_hostile_chapter_starts_nothing_else,
        a_page_loads_nothing_from_elsewhere,
    ]
}

/// All that a page can do to have something started or read at another address.
const ATTEMPTS: &str = include_str!("js/attempts.js");

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

fn a_hostile_page_starts_nothing(live: &mut LiveVisit) {
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
    live.open(CHAPTER);
    live.until("document.querySelector('.grade-switch')?.ariaPressed === 'false'");
    live.open_panel("02-1-client.html", PAIR);
    live.click(&format!("{PAIR} .run-start"));
    live.is(PAIR, "over");
    assert_eq!(live.started().len(), before.len() + 1);
}

/// For the browser, a name that was made to point here is one origin with the server, and none of its own
/// rules protects us.
fn a_rebound_name_starts_nothing(live: &mut LiveVisit) {
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
fn a_hostile_chapter_starts_nothing_else(live: &mut LiveVisit) {
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
