//! Programs that are run on a page.

use std::process::Command;

use fantoccini::key::Key;
use harness::Trial;
use serde_json::json;

use crate::support::live::{CHAPTER, LiveVisit, PAIR, THREADS, live_trials, query};
use crate::support::{NARROW, WIDE, needs, nothing, static_copy};

const BUFFERS: &str = r#".run[data-program="lesson05"]"#;
const DAEMON: &str = r#".run[data-server="lesson04/daemon.py"]"#;

pub fn trials() -> Vec<Trial> {
    let mut trials = live_trials![
        a_pair_is_run_and_both_are_read,
        a_server_is_stopped_by_its_button,
        the_kernels_view_is_drawn,
        a_panel_is_used_by_key,
        a_panel_is_in_order_while_it_runs_and_after,
        the_recording_is_folded_below_the_button,
        a_run_that_is_over_shows_its_first_line,
        the_oldest_run_gives_way,
        a_static_copy_shows_the_recordings,
    ];
    let has_python = Command::new("python3").arg("-V").output().is_ok();
    trials.extend(needs("python3", has_python, live_trials![a_line_is_typed_to_a_program,]));
    trials
}

// Programs on the page.

fn a_pair_is_run_and_both_are_read(live: &mut LiveVisit) {
    live.open_panel("02-1-client.html", PAIR);
    live.click(&format!("{PAIR} .run-start"));
    live.is(PAIR, "over");
    let server = live.texts(&format!(
        "{PAIR} .run-live [data-kind=line][data-program=\"0\"][data-stream=stdout] code"
    ));
    let client = live.texts(&format!(
        "{PAIR} .run-live [data-kind=line][data-program=\"1\"][data-stream=stdout] code"
    ));
    assert!(server[0].starts_with("listening on 127.0.0.1:"), "{server:?}");
    assert!(server[2].ends_with("sent 22 bytes: \"你好,我是客户端\""), "{server:?}");
    assert_eq!(client, ["问题正在处理中..."]);
    assert_eq!(
        live.texts(&format!("{PAIR} .run-live [data-kind=exit] .scene-said > :last-child")),
        ["exit code 0"; 2]
    );
    let status = live.texts(&format!("{PAIR} .run-status")).remove(0);
    for program in ["lesson01: exit code 0", "lesson02: exit code 0"] {
        assert!(status.contains(program), "{status}");
    }
    // Side by side, each under the other in time.
    let places = live.get(
        "['0', '1'].map((program) => {
             const last = (part) => [...document.querySelectorAll(
                 `.run[data-state=over] .run-live [data-program=\"${program}\"][data-kind=line] ${part}`)].at(-1);
             const { left, right } = last('code').getBoundingClientRect();
             return [left, right];
         })",
    );
    let [server, client] = [0, 1].map(|at| [0, 1].map(|edge| places[at][edge].as_f64().unwrap()));
    assert!(client[0] < server[0] && client[1] < server[1], "{places}");
    // Another run begins on an empty list, and goes by the arguments that were typed.
    let field = query(&format!("{PAIR} [data-argument=\"--message\"]"));
    live.get(&format!("{field}.value = '<i id=injected>'"));
    live.click(&format!("{PAIR} .run-start"));
    live.is(PAIR, "over");
    let server = live.texts(&format!("{PAIR} .run-live [data-kind=line][data-program=\"0\"] code"));
    assert!(server[2].ends_with("\"<i id=injected>\""), "{server:?}");
    assert_eq!(live.texts("#injected"), [""; 0], "a program's output became a part of the page");
    assert_eq!(
        live.texts(&format!("{PAIR} .run-live [data-kind=exit]")).len(),
        2,
        "the last run is still there"
    );
}

fn a_server_is_stopped_by_its_button(live: &mut LiveVisit) {
    live.open_panel("03-threads.html", THREADS);
    live.click(&format!("{THREADS} .run-start"));
    live.sees_the_end_of(THREADS, 1);
    // Besides it there may be its stage.
    let ends = live.texts(&format!("{THREADS} .run-live [data-kind=exit][data-program=\"0\"]"));
    assert_eq!(ends, [""; 0], "the server goes on");
    assert!((1..=2).contains(&live.site.children()), "{} children", live.site.children());
    live.click(&format!("{THREADS} .run-stop"));
    live.is(THREADS, "over");
    let server =
        live.texts(&format!("{THREADS} .run-live [data-kind=line][data-program=\"0\"] code"));
    assert!(server.iter().any(|line| line.ends_with("goodbye")), "{server:?}");
    assert_eq!(
        live.texts(&format!(
            "{THREADS} .run-live [data-kind=exit][data-program=\"0\"] .scene-said > :last-child"
        )),
        ["exit code 0"]
    );
}

fn a_line_is_typed_to_a_program(live: &mut LiveVisit) {
    live.open_panel("03-stopping.html", DAEMON);
    // The panel is in an answer.
    live.get(&format!("{}.closest('details').open = true", query(DAEMON)));
    live.click(&format!("{DAEMON} .run-start"));
    live.listens(DAEMON);
    live.get(&format!("{}.focus()", query(&format!("{DAEMON} .run-input input"))));
    live.browser.run(
        "window.sent = [];
         const { fetch } = window;
         window.fetch = (path, options) => { sent.push(options?.body); return fetch(path, options); };",
        &[],
    );
    live.browser.press(&['e', 'n', 'd', Key::Enter.into()]);
    live.is(DAEMON, "over");
    assert_eq!(
        live.texts(&format!(
            "{DAEMON} .run-live [data-kind=exit][data-program=\"0\"] .scene-said > :last-child"
        )),
        ["exit code 0"]
    );
    let sent = live.get("sent.filter((body) => body !== undefined).map(JSON.parse)");
    assert_eq!(sent, json!([{ "program": 0, "line": "end" }]));
    let focused = live.get(&format!(
        "document.activeElement === {}",
        query(&format!("{DAEMON} .run-input input"))
    ));
    assert_eq!(focused, json!(true), "the program's end has taken the focus away");
}

fn the_kernels_view_is_drawn(live: &mut LiveVisit) {
    // Its table is wider than the page.
    live.browser.emulate(NARROW, true);
    live.open_panel("04-buffers.html", BUFFERS);
    live.click(&format!("{BUFFERS} .run-start"));
    live.is(BUFFERS, "over");
    // It goes on for a moment.
    live.until(&format!(
        "[...document.querySelectorAll('{BUFFERS} .scene-state.at-client')].some((state) => state.textContent === 'TIME_WAIT')"
    ));
    let states = |end: &str| live.texts(&format!("{BUFFERS} .scene-state.at-{end}"));
    for (end, state) in [("server", "LISTEN"), ("server", "ESTABLISHED"), ("client", "ESTABLISHED")]
    {
        assert!(
            states(end).contains(&state.to_owned()),
            "no {state} of the {end}: {:?}",
            states(end)
        );
    }
    for (end, queue) in [("client", "send"), ("server", "receive")] {
        let most = live.get(&format!(
            "Math.max(...[...document.querySelectorAll('{BUFFERS} [data-end={end}][data-queue={queue}]')]
                 .map((row) => Number(row.dataset.amount)))"
        ));
        assert!(
            most.as_f64().is_some_and(|most| most > 1000.0),
            "the {queue} queue does not fill: {most}"
        );
    }
    nothing(live.faults(BUFFERS));
}

/// Where the focus is, and whether it can be seen.
const FOCUS: &str = "
    const { className } = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    const { left, right, top, bottom } = document.activeElement.getBoundingClientRect();
    const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return [className, outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1, isInside];";

fn a_panel_is_used_by_key(live: &mut LiveVisit) {
    live.open_panel("03-threads.html", THREADS);
    let is_at = |button: &str| {
        assert_eq!(live.browser.run(FOCUS, &[]), json!([button, true, true]));
    };
    live.get(&format!("{}.focus()", query(&format!("{THREADS} .run-start"))));
    live.press(Key::Enter);
    live.listens(THREADS);
    is_at("run-start");
    // Once more does nothing.
    live.press(Key::Enter);
    live.press(Key::Tab);
    is_at("run-stop");
    live.browser.press(&[' ']);
    live.is(THREADS, "over");
    is_at("run-stop");
    assert_eq!(
        live.texts(&format!("{THREADS} .run-live [data-kind=start][data-program=\"0\"]")).len(),
        1
    );
    // A screen reader is told how it went, and not each line.
    let told = live.get(&format!(
        "[...{}.querySelectorAll('[role=status], [role=log], [role=alert], [aria-live]')].map((told) => told.className)",
        query(&format!("{THREADS} .run-live"))
    ));
    assert_eq!(told, json!(["run-status", "scene-hear"]));
    // The second one speaks of steps alone.
    assert_eq!(live.texts(&format!("{THREADS} .run-live .scene-hear[role=status]")), [""]);
}

fn a_panel_is_in_order_while_it_runs_and_after(live: &mut LiveVisit) {
    let mut wrong = Vec::new();
    for width in [WIDE, NARROW] {
        let mut look = |when: &str| {
            for dark in [false, true] {
                live.browser.emulate(width, dark);
                let found = live.faults(THREADS).into_iter();
                wrong.extend(found.map(|what| format!("{when}, {width} px, dark {dark}: {what}")));
            }
        };
        // Also for the list of chapters, which is open on a wide page when it is loaded.
        live.browser.emulate(width, false);
        live.open_panel("03-threads.html", THREADS);
        live.click(&format!("{THREADS} .run-start"));
        live.sees_the_end_of(THREADS, 1);
        look("running");
        assert_eq!(live.get(&format!("{}.dataset.state", query(THREADS))), "running");
        live.click(&format!("{THREADS} .run-stop"));
        live.is(THREADS, "over");
        look("over");
    }
    nothing(wrong);
}

/// Who is asked to guess first does not read it on the way to the button.
fn the_recording_is_folded_below_the_button(live: &mut LiveVisit) {
    live.open_panel("02-1-client.html", PAIR);
    assert_eq!(live.texts(&format!("{PAIR} > .run-recorded > summary")), ["What we recorded"]);
    let is_first = format!("{}.matches('.run-live')", query(&format!("{PAIR} > :first-child")));
    assert_eq!(live.get(&is_first), json!(true));
    let recording = query(&format!("{PAIR} > .run-recorded .terminal"));
    assert_eq!(live.get(&format!("{recording}.checkVisibility()")), json!(false));
    live.click(&format!("{PAIR} > .run-recorded > summary"));
    assert_eq!(live.get(&format!("{recording}.checkVisibility()")), json!(true));
}

fn a_run_that_is_over_shows_its_first_line(live: &mut LiveVisit) {
    live.browser.emulate(NARROW, false);
    live.open_panel("03-threads.html", THREADS);
    let log = query(&format!("{THREADS} .run-live .scene-rows"));
    live.get(&format!("{log}.style.maxHeight = '6em'"));
    live.click(&format!("{THREADS} .run-start"));
    live.sees_the_end_of(THREADS, 1);
    // Its end is in sight while it runs.
    live.until(&format!("{log}.scrollTop > 0"));
    live.click(&format!("{THREADS} .run-stop"));
    live.is(THREADS, "over");
    assert_eq!(live.get(&format!("{log}.scrollTop")), json!(0));
}

/// A server that goes on does not keep the next button from its work.
fn the_oldest_run_gives_way(live: &mut LiveVisit) {
    // The last one's server ends by itself.
    let panels = [
        r#"[data-server="frame_server --cut 16"][data-client="solution01"]"#,
        r#"[data-server="frame_server --cut 16"][data-client="takes_what_has_come"]"#,
        r#"[data-server="frame_server"]"#,
        r#"[data-server="unfriendly_server --be half"]"#,
    ]
    .map(|panel| format!(".run{panel}"));
    live.open_panel("lengths.html", &panels[3]);
    for panel in &panels {
        live.click(&format!("{panel} .run-start"));
        live.sees_the_end_of(panel, 1);
    }
    live.is(&panels[0], "over");
    let state = |panel: &str| live.texts(&format!("{panel} .run-status")).remove(0);
    let status = state(&panels[0]);
    assert!(status.starts_with("stopped, because another run was started; "), "{status}");
    let told = live.texts(&format!("{} .run-live [data-kind=limit]", panels[0]));
    assert!(told[0].ends_with("Stopped: another run was started."), "{told:?}");
    for panel in &panels[1..3] {
        assert_eq!(state(panel), "running");
        live.click(&format!("{panel} .run-stop"));
        live.is(panel, "over");
    }
}

// Elsewhere than on a served page.

fn a_static_copy_shows_the_recordings(live: &mut LiveVisit) {
    let copy = static_copy();
    let file = |page: &str| format!("file://{}", copy.path().join(page).display());
    // What there is to press or fill in; mdBook's own button copies a listing.
    const CONTROLS: &str =
        "[...document.querySelectorAll('main :is(button, input, select, form, [role=button])')]
        .filter((control) => !control.matches('.clip-button, .copy, .scene-player *')).map((control) => control.className)";
    const RECORDINGS: &str = "[...document.querySelectorAll('.run')].map((panel) => {
        const parts = [...panel.querySelectorAll('pre, .run-note')];
        for (let part = panel; part; part = part.parentElement) if (part.matches('details')) part.open = true;
        return [parts.length > 0 && parts.every((part) => part.checkVisibility()), panel.lastElementChild.textContent];
    })";
    for page in ["lengths.html", CHAPTER, "03-stopping.html", "04-buffers.html"] {
        live.browser.open(&file(page));
        assert_eq!(live.get(CONTROLS), json!([]), "{page}");
        let panels = live.get(RECORDINGS);
        let panels = panels.as_array().expect("a list");
        assert!(panels.len() > 1, "{page}: {panels:?}");
        for panel in panels {
            assert_eq!(panel[0], true, "{page}: {panels:?}");
            let note = panel[1].as_str().unwrap_or_default();
            assert!(note.ends_with("serve the book yourself: cargo run -p book"), "{page}: {note}");
        }
        let how = live.texts(".grade .grade-how").remove(0);
        assert!(how.contains("cargo run -p book"), "{page}: {how}");
        assert_eq!(live.get("document.querySelectorAll('.grade .grade-mark').length"), 0, "{page}");
    }
    live.browser.open(&file("index.html"));
    assert!(live.texts(".grades")[0].contains("cargo run -p book"));
    // Served, the same page has some.
    live.open_panel(CHAPTER, PAIR.split("[data-client").next().expect("a part"));
    assert_ne!(live.get(CONTROLS), json!([]));
}
