//! The recorded scenes: each is what a fresh capture shows, and each line that says what to look at is true of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use book::panels::panel::Panel;
use book::scene::event::Event;
use book::scene::figure::Drawn;
use book::scene::html::Cast;
use book::scene::packet::Packet;
use book::scene::recorded::{Recording, SCENES};
use book::scene::row::{Act, End, Note, Row};
use book::scene::story::Story;
use book::source::html;
use common::sockets::State;
use harness::Trial;
use serde_json::{Value, json};

#[cfg(target_os = "linux")]
use crate::figures;
use crate::live::{has_namespaces, has_python, needs};
use crate::support::recorded::{compare, file, overwrites};
use crate::support::{Server, root, sources, test, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        what_to_look_at_is_there,
        a_line_without_its_statement_is_refused,
        a_recording_is_read_as_it_was_written,
        another_ending_is_another_scene,
        most_chapters_with_a_pair_have_a_scene,
    ];
    #[cfg(target_os = "linux")]
    trials.extend(trials![the_scene_of_each_figure_is_recorded,]);
    trials.extend(panels().into_iter().map(|(name, panel)| {
        let is_python = panel.programs.iter().any(|one| one.program.name.ends_with(".py"));
        let trial = test(&format!("scene::{name}"), move || is_as_recorded(&name, &panel));
        let trial = needs("network namespaces", has_namespaces(), trial);
        needs("python3", !is_python || has_python(), trial)
    }));
    trials
}

/// What must be true of a scene where a chapter says this of it.
type Statement = fn(&Story) -> bool;

const LOOKS: &[(&str, Statement)] = &[
    (
        "The client’s 22 bytes arrive, but the server never reads them, and the conversation ends with a reset, the \
         dashed red arrow.",
        unread_ends_in_a_reset,
    ),
    (
        "Two messages make a conversation, one in each direction. All the other arrows are from the kernels, which begin \
         it, confirm it and end it.",
        |story| {
            let data = packets(story).into_iter().filter(|(_, packet)| packet.length > 0);
            data.map(|(from, _)| from).collect::<Vec<_>>() == End::BOTH
        },
    ),
    (
        "The server’s kernel confirms everything that the client sends, and no byte ever comes back. A silent program \
         looks just like a busy one.",
        |story| {
            let packets = packets(story);
            let sent = packets.iter().filter(|(from, _)| *from == End::Client);
            let last = sent.map(|(_, packet)| behind(packet)).next_back();
            let is_heard = |(from, packet): &&(End, Packet)| {
                *from == End::Server && Some(packet.acknowledged) == last
            };
            is_heard_in_time(story)
                && bytes(story, End::Client) > 0
                && bytes(story, End::Server) == 0
                && packets.iter().any(|one| is_heard(&one))
        },
    ),
    (
        "Two FINs, one in each direction. A side that has sent its FIN can still receive, and here everything arrives.",
        |story| {
            let packets = packets(story);
            let fins = |end| packets.iter().filter(|(from, one)| *from == end && one.fin).count();
            End::BOTH.into_iter().all(|end| fins(end) == 1)
                && packets.iter().all(|(_, packet)| !packet.rst)
                && bytes(story, End::Client) == 22
                && bytes(story, End::Server) == 24
        },
    ),
    (
        "The last arrow is no FIN. The server died with 22 bytes unread, so its kernel resets the connection.",
        unread_ends_in_a_reset,
    ),
    ("A reset leaves nothing behind. Neither side ends in TIME_WAIT.", |story| {
        let last = |end| states(story, end).last().copied();
        unread_ends_in_a_reset(story)
            && End::BOTH.into_iter().all(|end| last(end) == Some(State::Closed))
    }),
    (
        "The server’s FIN is the first one, so it’s the server whose port is in TIME_WAIT afterwards.",
        |story| {
            let ends = packets(story).into_iter().filter(|(_, packet)| packet.fin);
            ends.map(|(from, _)| from).next() == Some(End::Server)
                && states(story, End::Server).last() == Some(&State::TimeWait)
                && !states(story, End::Client).contains(&State::TimeWait)
        },
    ),
    (
        "The server’s FIN is the first one. So its port is in TIME_WAIT when it’s started again, and it can’t have it.",
        |story| {
            let is_left = |row: &Row| row.act == Act::Left { end: End::Server, count: 1 };
            server_ends_first(story)
                && story.rows().iter().any(is_left)
                && says(story, "Address already in use")
                && exits(story) == [Some(0), Some(0), Some(1)]
        },
    ),
    (
        "The port is in TIME_WAIT here as well. With the option, the second server gets it anyway.",
        |story| {
            let is_left = |row: &Row| row.act == Act::Left { end: End::Server, count: 1 };
            let calls = packets(story).iter().filter(|(_, one)| one.syn && !one.ack).count();
            server_ends_first(story)
                && story.rows().iter().any(is_left)
                && calls == 2
                && exits(story) == [Some(0); 4]
        },
    ),
    (
        "When the server’s program has ended, its kernel sends a FIN, as it does at the end of a whole reply.",
        |story| {
            let packets = packets(story);
            let mut server = packets.iter().filter(|(from, _)| *from == End::Server);
            let rows = "row 1 of 100\n".len() * 100;
            server_ends_first(story)
                && packets.iter().all(|(_, packet)| !packet.rst)
                && server.next_back().is_some_and(|(_, last)| last.fin || last.length == 0)
                && (1..rows).contains(&bytes(story, End::Server))
        },
    ),
];

/// Whether the first FIN is the server's.
fn server_ends_first(story: &Story) -> bool {
    let first = packets(story).into_iter().find(|(_, packet)| packet.fin);
    first.is_some_and(|(from, _)| from == End::Server)
}

/// Whether a program has said that.
fn says(story: &Story, words: &str) -> bool {
    let said = |line: &String| line.contains(words);
    let is_it = |row: &Row| matches!(&row.act, Act::Lines { lines, .. } if lines.iter().any(said));
    story.rows().iter().any(is_it)
}

/// The exit codes, in the order of the exits.
fn exits(story: &Story) -> Vec<Option<i32>> {
    let codes = story.rows().iter().filter_map(|row| match row.act {
        Act::Exit { code, .. } => Some(code),
        _ => None,
    });
    codes.collect()
}

fn unread_ends_in_a_reset(story: &Story) -> bool {
    let packets = packets(story);
    let is_reset = packets.last().is_some_and(|(from, last)| *from == End::Server && last.rst);
    let sent = |end| bytes(story, end);
    is_reset && sent(End::Client) == 22 && sent(End::Server) == 0
}

/// Whether there was a wait of seconds.
fn is_heard_in_time(story: &Story) -> bool {
    let long = Duration::from_millis(1400);
    story.rows().iter().any(|row| matches!(row.act, Act::Pause(pause) if pause > long))
}

fn packets(story: &Story) -> Vec<(End, Packet)> {
    let packets = story.rows().iter().filter_map(|row| match &row.act {
        Act::Packet { from, packet, .. } => Some((*from, packet.clone())),
        _ => None,
    });
    packets.collect()
}

fn bytes(story: &Story, of: End) -> usize {
    packets(story).iter().filter(|(from, _)| *from == of).map(|(_, packet)| packet.length).sum()
}

/// The number behind all that a packet carries.
fn behind(packet: &Packet) -> u32 {
    packet.sequence + packet.length as u32 + u32::from(packet.syn) + u32::from(packet.fin)
}

/// All states of one end, in their order.
fn states(story: &Story, end: End) -> Vec<State> {
    story.rows().iter().filter_map(|row| Some(row.states[end as usize]?.state)).collect()
}

// The chapters.

/// The panels with a recorded scene, by its name. One name may be that of several, which run the same.
fn panels() -> BTreeMap<String, Panel> {
    let mut panels = BTreeMap::new();
    for panel in all_panels() {
        if let Some(name) = &panel.scene {
            panels.entry(name.clone()).or_insert(panel);
        }
    }
    panels
}

fn all_panels() -> Vec<Panel> {
    let sources = sources();
    let tags = sources.chapters.values().flat_map(|text| html::tags_of(text, &sources.config));
    tags.filter_map(|tag| Panel::opened_by(&tag)?.ok()).collect()
}

fn asked(panel: &Panel) -> Value {
    let programs = panel.programs.iter();
    programs.map(|one| json!({ "name": one.program.name, "arguments": one.given })).collect()
}

fn recorded(name: &str) -> Recording {
    let sources = sources();
    Recording::named(root(), &sources.config.book.src, name)
        .unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// Why a line that says what to look at must not be there, if so.
fn wrong(look: &str, story: &Story) -> Option<String> {
    let statement = LOOKS.iter().find(|(line, _)| *line == look);
    match statement {
        None => Some(format!("nothing in LOOKS says when this is true: {look}")),
        Some((_, holds)) if !holds(story) => Some(format!("it isn't so: {look}")),
        Some(_) => None,
    }
}

fn what_to_look_at_is_there() {
    let mut seen = Vec::new();
    for panel in all_panels() {
        let (Some(name), Some(look)) = (&panel.scene, &panel.look) else { continue };
        assert_eq!(wrong(look, &recorded(name).story()), None, "{name}");
        assert_eq!(asked(&panel), asked(&panels()[name]), "two panels have the scene {name}");
        seen.push(look.clone());
    }
    let unused: Vec<_> =
        LOOKS.iter().filter(|(line, _)| !seen.iter().any(|look| look == line)).collect();
    assert!(
        unused.is_empty(),
        "no chapter says {:?}",
        unused.iter().map(|it| it.0).collect::<Vec<_>>()
    );
    assert!(seen.len() >= 6, "only {seen:?}");
}

/// Each statement can fail: it does of a scene where nothing happens.
fn a_line_without_its_statement_is_refused() {
    let nothing = Story::default();
    for (line, holds) in LOOKS {
        assert!(!holds(&nothing), "true of nothing: {line}");
    }
    assert!(wrong("The server sings.", &nothing).is_some());
    assert!(wrong(LOOKS[0].0, &recorded("conversation").story()).is_some());
}

fn a_recording_is_read_as_it_was_written() {
    for name in panels().into_keys().chain(drawn()) {
        let recording = recorded(&name);
        let again = Recording::read(&recording.text()).expect("what was written");
        assert_eq!(again.events, recording.events, "{name}");
        // It is in its normal form already.
        let text = recording.text();
        assert_eq!(again.normal("/nowhere").text(), text, "{name}");
    }
}

fn another_ending_is_another_scene() {
    let whole = recorded("conversation");
    let mut other = recorded("conversation");
    for (_, event) in &mut other.events {
        if let Event::Packet(packet) = event
            && packet.fin
        {
            (packet.fin, packet.rst) = (false, true);
            break;
        }
    }
    assert_ne!(whole.essence(), other.essence());
    let mut other = recorded("conversation");
    other.events.retain(|(_, event)| !matches!(event, Event::Packet(one) if one.length == 0 && !one.syn && !one.fin));
    assert_eq!(whole.essence(), other.essence(), "how often it is acknowledged is chance");
}

fn most_chapters_with_a_pair_have_a_scene() {
    let with = panels().len();
    assert!(with >= 12, "only {with} scenes");
    let folder = root().join(&sources().config.book.src).join(SCENES);
    let files: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    let is_shown = |name: &str| panels().contains_key(name) || drawn().contains(name);
    let unused: Vec<_> =
        files.iter().filter(|file| !is_shown(file.trim_end_matches(".json"))).collect();
    assert!(unused.is_empty(), "nothing shows {unused:?}");
}

/// The scenes that figures are drawn from.
fn drawn() -> BTreeSet<String> {
    let sources = sources();
    let tags = sources.chapters.values().flat_map(|text| html::tags_of(text, &sources.config));
    tags.filter_map(|tag| Some(Drawn::asked_by(&tag)?.ok()?.scene)).collect()
}

/// A server that dies right after it has accepted may be gone before its client's bytes are there: then its kernel
/// finishes first, and resets when they come. On a busy machine that's so in every capture.
fn has_finished_first(recorded: &str, fresh: &str) -> bool {
    recorded.contains("SYN 0\nRST 0\n") && fresh.contains("SYN 0\nFIN 0\nRST 0\n")
}

/// The suite makes each scene that a figure is drawn from, and compares it with what happens.
#[cfg(target_os = "linux")]
fn the_scene_of_each_figure_is_recorded() {
    let made: BTreeSet<String> = figures::names().map(str::to_owned).collect();
    assert_eq!(made, drawn());
}

// A fresh capture.

/// Runs the programs of a panel on a stage. A scene whose name begins so is that of a restart: they run once more, and
/// their server is at the same port.
fn captured(name: &str, panel: &Panel) -> Recording {
    let server = Server::shared();
    let is_restarted = name.starts_with("restart");
    let mut events = played(&server, panel, asked(panel), is_restarted);
    if is_restarted {
        let address = events.iter().find_map(|(_, event)| match event {
            Event::Line { program: 0, text, .. } => text.strip_prefix("listening on "),
            _ => None,
        });
        let mut again = asked(panel);
        again[0]["arguments"]["address"] = json!(address.expect("where it listens"));
        let second = played(&server, panel, again, false);
        let (Some((end, _)), Some((begin, _))) = (events.last(), second.first()) else {
            panic!("nothing has happened");
        };
        // How long it took the suite is no pause of theirs.
        let (end, begin) = (*end, *begin);
        events.push((end, Event::Note(Note::Again)));
        events
            .extend(second.into_iter().map(|(at, event)| (end + at.saturating_sub(begin), event)));
    }
    let cast = panel.programs.iter().map(|one| (one.program.name, one.program.role.name()));
    let here = root().to_string_lossy();
    Recording { cast: Cast::of(cast), events }.normal(&here)
}

/// What happens in a run, until its programs have ended or, where the server goes on, until all of its conversations
/// are over. If another one follows, it ends this one.
fn played(
    server: &Server,
    panel: &Panel,
    programs: Value,
    is_first: bool,
) -> Vec<(Duration, Event)> {
    let mut run = server.run(programs);
    let mut events = Vec::new();
    let mut story = Story::default();
    let (mut is_stopped, mut is_typed) = (false, false);
    let mut exits = 0;
    let mut has_ended = false;
    while !(is_first && has_ended && story.is_over()) {
        let told = run.next();
        has_ended |= told.kind == "over";
        let at = told.data["at"].as_f64().expect("its time") / 1000.0;
        let at = Duration::from_secs_f64(at);
        match &*told.kind {
            "where" => assert_eq!(told.data["isolated"], true, "{}", told.data),
            "end" => break,
            // The client's: a server may end before it.
            "exit" => exits += i32::from(told.data["program"] == 1),
            _ => {}
        }
        for event in Event::told(&told.kind, &told.data) {
            story.hear(at, &event);
            events.push((at, event));
        }
        // A reader presses Enter when some rows have come.
        let has_rows = packets(&story).iter().filter(|(_, packet)| packet.length > 0).count() > 3;
        if panel.programs[0].program.reads.is_some() && has_rows && !is_typed {
            is_typed = true;
            let line = json!({ "program": 0, "line": "" });
            assert_eq!(server.asks(&format!("{}/input", run.path), line).status, 204);
        }
        let is_over = exits == 1 && (story.is_over() || is_silent(panel));
        if is_over && !is_stopped && !ends_by_itself(panel) {
            is_stopped = true;
            assert_eq!(server.asks(&format!("{}/stop", run.path), json!({})).status, 204);
        }
    }
    events
}

/// A server that says nothing never ends a conversation.
fn is_silent(panel: &Panel) -> bool {
    panel.programs[0].given.get("--be").is_some_and(|how| how == "silent")
}

/// The servers of one client end after it.
fn ends_by_itself(panel: &Panel) -> bool {
    let name = panel.programs[0].program.name;
    name == "lesson04/daemon.py"
        || !["lesson04", "unfriendly_server", "frame_server", "echo_server"]
            .iter()
            .any(|goes_on| name.starts_with(goes_on))
}

fn is_as_recorded(name: &str, panel: &Panel) {
    let (file, overwrites) = (file(name), overwrites());
    if overwrites && !file.exists() {
        // The book isn't built without it.
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(&file, "{\"programs\": [], \"events\": []}").expect("written");
    }
    let known = recorded(name).essence();
    // Which of two programs is first is chance, so one of a few captures must be the recorded one. What a chapter says
    // must be true of that.
    let mut attempts = 6;
    let fresh = loop {
        let fresh = captured(name, panel);
        attempts -= 1;
        if attempts == 0 || known == fresh.essence() {
            break fresh;
        }
    };
    if !overwrites && has_finished_first(&known, &fresh.essence()) {
        return;
    }
    for panel in all_panels().iter().filter(|panel| panel.scene.as_deref() == Some(name)) {
        if let Some(look) = &panel.look {
            assert_eq!(wrong(look, &fresh.story()), None, "{}", fresh.essence());
        }
    }
    compare(name, &known, &fresh);
}
