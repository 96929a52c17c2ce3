//! Scenes: what a run shows is what was captured, in its order; it's played by keyboard; and where there are no
//! packets, the page says why.

use fantoccini::key::Key;
use harness::Trial;
use serde_json::{Value as Json, json};

use crate::support::live::{LiveVisit, PAIR, live_trials, query, refused_trials};
use crate::support::{NARROW, WIDE, has_namespaces, needs, nothing, static_copy};

/// The panel of 2.2 whose server dies with unread input.
const UNREAD: &str = r#".run[data-server="lesson02/original.py"]"#;

pub fn trials() -> Vec<Trial> {
    let mut trials = live_trials![
        a_scene_is_played_by_key,
        a_static_copy_plays_its_recordings,
        scenes_are_in_order,
        a_prediction_is_remembered,
    ];
    let stage = live_trials![a_pair_is_drawn_as_it_was_captured, the_reset_is_drawn,];
    trials.extend(needs("network namespaces", has_namespaces(), stage));
    trials.extend(refused_trials![a_pair_is_drawn_by_its_states, a_prediction_is_remembered,]);
    trials
}

/// Keeps what the page hears of its runs.
const HEAR: &str = "
    window.captured = [];
    const { addEventListener } = EventSource.prototype;
    EventSource.prototype.addEventListener = function (kind, heard) {
        return addEventListener.call(this, kind, (event) => {
            if (kind === 'packet') captured.push(JSON.parse(event.data));
            heard(event);
        });
    };";

/// The arrows of a scene: from whom, flags and length.
fn arrows(live: &LiveVisit, scene: &str) -> Json {
    live.get(&format!(
        "[...document.querySelectorAll('{scene} [data-kind=packet]')].map(({{ dataset }}) =>
             [dataset.from, dataset.flags, Number(dataset.length)])"
    ))
}

fn runs(live: &LiveVisit, panel: &str) {
    live.browser.run(HEAR, &[]);
    live.click(&format!("{panel} .run-start"));
    live.is(panel, "over");
}

fn a_pair_is_drawn_as_it_was_captured(live: &mut LiveVisit) {
    live.open_panel("02-1-client.html", PAIR);
    runs(live, PAIR);
    let drawn = arrows(live, &format!("{PAIR} .run-live"));
    let captured = live.get(
        "captured.map((one) => [one.from === captured[0].from ? 'client' : 'server',
             ['syn', 'ack', 'fin', 'rst'].filter((flag) => one[flag]).join(' ').toUpperCase(), one.length])",
    );
    assert_eq!(drawn, captured);
    let drawn = drawn.as_array().expect("a list");
    let place = |wanted: Json| {
        drawn
            .iter()
            .position(|one| *one == wanted)
            .unwrap_or_else(|| panic!("no {wanted}: {drawn:?}"))
    };
    let order = [
        place(json!(["client", "SYN", 0])),
        place(json!(["server", "SYN ACK", 0])),
        place(json!(["client", "ACK", 0])),
        place(json!(["client", "ACK", 22])),
        place(json!(["server", "ACK", 24])),
        place(json!(["server", "ACK FIN", 0])),
    ];
    assert!(order.is_sorted(), "{order:?}");
    // The server may have replied by then.
    assert!(order[3] < place(json!(["client", "ACK FIN", 0])), "{drawn:?}");
    assert_eq!(
        live.texts(&format!("{PAIR} .run-where")),
        ["This run has a network of its own, with nothing else in it."]
    );
    // A list reads as well as the drawing.
    let words = live.texts(&format!("{PAIR} .run-live [data-kind=packet] summary"));
    assert!(words[0].starts_with("client to server: SYN"), "{words:?}");
}

/// Where there is no network of its own, the kernel's list of sockets is all that is seen.
fn a_pair_is_drawn_by_its_states(live: &mut LiveVisit) {
    live.open_panel("02-1-client.html", PAIR);
    runs(live, PAIR);
    assert_eq!(arrows(live, &format!("{PAIR} .run-live")), json!([]));
    assert_eq!(
        live.texts(&format!("{PAIR} .run-where")),
        [
            "On your machine’s real ports, so without its packets: the book was started with --without-namespaces."
        ]
    );
    let states = live.texts(&format!("{PAIR} .run-live .scene-state"));
    assert!(states.contains(&"LISTEN".to_owned()), "{states:?}");
    let words = live.texts(&format!("{PAIR} .run-live [data-kind=state] summary"));
    assert!(words[0].starts_with("The kernel; server now LISTEN"), "{words:?}");
    let said = live.texts(&format!("{PAIR} .run-live [data-kind=line][data-program=\"1\"] code"));
    assert_eq!(said, ["问题正在处理中..."]);
    // What was recorded has the packets, as everywhere.
    let recorded = arrows(live, &format!("{PAIR} .scene-recorded"));
    assert!(recorded.as_array().is_some_and(|all| all.len() > 5), "{recorded}");
    nothing(live.faults(PAIR));
}

fn the_reset_is_drawn(live: &mut LiveVisit) {
    live.open_panel("02-2-server.html", UNREAD);
    let look = query(&format!("{UNREAD} .scene-look"));
    live.get(UNREAD_OPEN);
    assert_eq!(live.get(&format!("{look}.hidden")), json!(true), "it would tell how it goes");
    runs(live, UNREAD);
    let drawn = arrows(live, &format!("{UNREAD} .run-live"));
    let last = drawn.as_array().and_then(|all| all.last()).expect("arrows");
    // On a busy machine the server is gone when the bytes come, and the reset answers them: it has no ACK then.
    let resets = [json!(["server", "ACK RST", 0]), json!(["server", "RST", 0])];
    assert!(resets.contains(last), "{last}");
    assert_eq!(live.get(&format!("{look}.hidden")), json!(false));
    let dashes = live.get(&format!(
        "getComputedStyle({}).strokeDasharray !== 'none'",
        query(&format!("{UNREAD} .run-live .scene-arrow.reset line"))
    ));
    assert_eq!(dashes, json!(true));
    nothing(live.faults(UNREAD));
}

/// A panel may be in an answer that isn't open.
const UNREAD_OPEN: &str = "document.querySelectorAll('details:not(.scene details)').forEach((one) => { one.open = true; })";

/// The scene of a recording, on a page whose recordings are folded.
fn opened(live: &LiveVisit) -> &'static str {
    live.open_panel("first-conversation.html", UNREAD);
    live.get(UNREAD_OPEN);
    r#".run[data-server="lesson02/original.py"] .scene-recorded .scene"#
}

fn shown(live: &LiveVisit, scene: &str) -> Json {
    live.get(&format!(
        "[...document.querySelectorAll('{scene} .scene-row')].filter((row) => row.checkVisibility({{ visibilityProperty: true }})).length"
    ))
}

fn a_scene_is_played_by_key(live: &mut LiveVisit) {
    let scene = opened(live);
    let all = live.get(&format!("document.querySelectorAll('{scene} .scene-row').length"));
    assert_eq!(shown(live, scene), all, "it's there as a whole");
    let height = live.get(&format!("{}.scrollHeight", query(&format!("{scene} .scene-rows"))));
    live.get(&format!("{}.focus()", query(&format!("{scene} .scene-back"))));
    live.press(Key::Enter);
    let before = json!(all.as_u64().expect("a number") - 1);
    assert_eq!(shown(live, scene), before);
    live.press(Key::Tab);
    live.press(Key::Enter);
    assert_eq!(shown(live, scene), all);
    let same = live.get(&format!("{}.scrollHeight", query(&format!("{scene} .scene-rows"))));
    assert_eq!(same, height, "nothing jumps");
    // The buttons, and the row of the step, are in sight together.
    let in_sight = format!(
        "['.scene-play', '.scene-now'].map((part) => document.querySelector(`{scene} ${{part}}`).getBoundingClientRect())
             .every(({{ top, bottom }}) => top >= 0 && bottom <= innerHeight)"
    );
    assert_eq!(live.get(&in_sight), json!(true));
    // The scrubber takes arrow keys, and the page isn't turned.
    let path = live.get("location.pathname");
    live.get(&format!("{}.focus()", query(&format!("{scene} .scene-scrubber"))));
    live.press(Key::Home);
    assert_eq!(shown(live, scene), json!(1));
    live.press(Key::Right);
    live.press(Key::Right);
    assert_eq!(shown(live, scene), json!(3));
    assert_eq!(live.get("location.pathname"), path);
    // A step says what it shows, to those who see it and those who do not.
    live.get(&format!("{}.focus()", query(&format!("{scene} .scene-rows"))));
    live.press(Key::Right);
    live.press(Key::Right);
    live.press(Key::Left);
    assert_eq!(shown(live, scene), json!(4));
    assert_eq!(live.get("location.pathname"), path);
    assert_ne!(live.texts(&format!("{scene} .scene-caption")), [""]);
    assert_ne!(live.texts(&format!("{scene} > [role=status]")), [""]);
    // Played, it comes to its end by itself, slowly or not.
    live.get(&format!("{}.focus()", query(&format!("{scene} .scene-slow"))));
    live.press(Key::Enter);
    assert_eq!(
        live.get(&format!("{}.ariaPressed", query(&format!("{scene} .scene-slow")))),
        "true"
    );
    live.get(&format!("{}.focus()", query(&format!("{scene} .scene-play"))));
    live.press(Key::Enter);
    live.until(&format!("{}.textContent === 'Pause'", query(&format!("{scene} .scene-play"))));
    live.press(Key::Enter);
    live.get(&format!("{}.click()", query(&format!("{scene} .scene-slow"))));
    live.press(Key::Enter);
    live.until(&format!(
        "document.querySelectorAll('{scene} .scene-later').length === 0 && {}.textContent === 'Play'",
        query(&format!("{scene} .scene-play"))
    ));
    // An arrow answers by key.
    let arrow = query(&format!("{scene} [data-flags=SYN] summary"));
    live.get(&format!("{arrow}.focus()"));
    live.press(Key::Enter);
    let why = query(&format!("{scene} [data-flags=SYN] .scene-why"));
    assert_eq!(live.get(&format!("{why}.checkVisibility()")), json!(true));
}

fn a_static_copy_plays_its_recordings(live: &mut LiveVisit) {
    let copy = static_copy();
    live.browser.open(&format!("file://{}", copy.path().join("first-conversation.html").display()));
    let scene = ".scene-recorded .scene";
    assert_eq!(live.texts(".scene-source")[0], "Recorded on our machine, packet by packet.");
    let first = format!("{}.scene-recorded", UNREAD.to_owned() + " ");
    let drawn = arrows(live, &first);
    assert_eq!(drawn.as_array().map(Vec::len), Some(6), "{drawn}");
    live.click(&format!("{scene} .scene-back"));
    assert_eq!(live.texts(&format!("{first} .scene-later")).len(), 1);
    assert!(live.texts(".scene-look")[0].contains("dashed red arrow"));
}

fn scenes_are_in_order(live: &mut LiveVisit) {
    let mut wrong = Vec::new();
    for width in [WIDE, NARROW] {
        live.browser.emulate(width, false);
        let scene = opened(live);
        for dark in [false, true] {
            live.browser.emulate(width, dark);
            let found = live.faults(scene).into_iter();
            wrong.extend(found.map(|what| format!("{width} px, dark {dark}: {what}")));
        }
    }
    nothing(wrong);
}

/// The panel says what its reader has predicted in its section.
fn a_prediction_is_remembered(live: &mut LiveVisit) {
    const LONG: &str = r#".run[data-server="unfriendly_server --be long"]"#;
    live.open_panel("02-1-client.html", LONG);
    live.get("document.querySelector('.predict .option > summary').click()");
    let chosen = live.texts(".predict .option.chosen .words").remove(0);
    live.get(UNREAD_OPEN);
    live.click(&format!("{LONG} .run-start"));
    live.sees_the_end_of(LONG, 1);
    // This server goes on.
    live.click(&format!("{LONG} .run-stop"));
    live.is(LONG, "over");
    assert_eq!(live.texts(&format!("{LONG} .run-said")), [format!("You said: “{chosen}” Watch.")]);
    live.get("localStorage.clear()");
}
