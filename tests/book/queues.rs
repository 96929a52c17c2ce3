//! What waits and what is taken, crowds of clients, and payloads that are no text, as a scene shows them.

use book::scene::event::Event;
use book::scene::html::{Cast, row};
use book::scene::row::{Act, End, Note, Row};
use book::source::html;
use common::sockets::State;
use harness::Trial;
use serde_json::{Value, json};

use crate::support::teller::{CLIENT, SERVER, Teller, english};
use crate::support::trials;

pub fn trials() -> Vec<Trial> {
    trials![
        what_a_look_finds_accepted_is_drawn,
        a_reply_shows_that_its_client_is_accepted,
        a_listener_that_is_gone_has_accepted_nothing,
        a_crowd_is_counted,
        a_client_after_a_crowd_is_drawn,
        a_crowd_without_packets_is_counted,
        a_scene_that_is_full_says_so_once,
        what_the_run_before_has_left_is_drawn,
        what_the_kernel_has_dropped_is_counted,
        a_length_is_shown_as_bytes,
        what_is_no_text_is_shown_as_bytes,
    ]
}

const LISTENS: Option<State> = Some(State::Listen);

/// How many were accepted in each row, how many were left, and whether it was seen.
fn accepted(t: &Teller) -> Vec<(u64, u64, bool)> {
    let rows = t.story.rows().iter();
    let taken = rows.filter_map(|row| match row.act {
        Act::Accepted { count, left, is_seen } => Some((count, left, is_seen)),
        _ => None,
    });
    taken.collect()
}

fn what_a_look_finds_accepted_is_drawn() {
    let mut t = Teller::default();
    t.sees_listener(LISTENS, 0);
    t.handshake();
    t.sees_listener(LISTENS, 3);
    t.sees_listener(LISTENS, 2);
    t.sees_listener(LISTENS, 0);
    assert_eq!(accepted(&t), [(3, 0, true)], "what follows each other is one row");
    // The reply is no news then.
    t.s("A", "reply");
    assert_eq!(accepted(&t).len(), 1);
    let last = t.story.rows().iter().position(|row| matches!(row.act, Act::Accepted { .. }));
    let text = words(&t, last.expect("a row"));
    assert!(text.starts_with("The server: 3 accepted"), "{text}");
}

fn a_reply_shows_that_its_client_is_accepted() {
    for flags in ["A", "FA"] {
        let mut t = Teller::default();
        t.sees_listener(LISTENS, 0);
        t.handshake();
        t.sees_listener(LISTENS, 1);
        t.c("A", "hello");
        t.s("A", "");
        assert_eq!(accepted(&t), [], "the kernel acknowledges by itself");
        t.s(flags, if flags == "A" { "reply" } else { "" });
        assert_eq!(accepted(&t), [(1, 0, false)]);
        let rows = t.story.rows();
        let before = &rows[rows.len() - 2];
        assert!(
            matches!(before.act, Act::Accepted { .. }),
            "it comes before the reply: {before:?}"
        );
        assert!(words(&t, rows.len() - 2).contains("follows from the packets"));
        // A later look finds nothing new.
        t.sees_listener(LISTENS, 0);
        assert_eq!(accepted(&t).len(), 1);
    }
}

/// Its kernel resets those that wait.
fn a_listener_that_is_gone_has_accepted_nothing() {
    let mut t = Teller::default();
    t.sees_listener(LISTENS, 0);
    t.handshake();
    t.sees_listener(LISTENS, 1);
    t.s("RA", "");
    t.sees_listener(None, 0);
    assert_eq!(accepted(&t), []);
}

/// So many clients come at once, and each talks with the server.
fn crowd(t: &mut Teller, ports: std::ops::Range<u16>) {
    for port in ports.clone() {
        t.sends(port, SERVER, "S", "");
        t.sends(SERVER, port, "SA", "");
        t.sends(port, SERVER, "A", "");
    }
    for port in ports.clone() {
        t.sends(port, SERVER, "FA", "hello");
        t.sends(SERVER, port, "A", "reply");
    }
    for port in ports {
        t.sends(SERVER, port, "FA", "");
        t.sends(port, SERVER, "A", "");
    }
}

fn crowds(t: &Teller) -> Vec<(usize, usize, usize)> {
    let rows = t.story.rows().iter();
    let counted = rows.filter_map(|row| match row.act {
        Act::Crowd { conversations, packets, bytes } => Some((conversations, packets, bytes)),
        _ => None,
    });
    counted.collect()
}

fn a_crowd_is_counted() {
    let mut t = Teller::default();
    crowd(&mut t, 50001..50051);
    // Eight are drawn, seven packets each.
    assert_eq!(crowds(&t), [(42, 42 * 7, 42 * 10)]);
    let is_packet = |row: &&Row| matches!(row.act, Act::Packet { .. });
    assert_eq!(t.story.rows().iter().filter(is_packet).count(), 8 * 7);
    let place = t.story.rows().iter().position(|row| matches!(row.act, Act::Crowd { .. }));
    let text = words(&t, place.expect("a row"));
    assert_eq!(text, "42 more clients at the same time: 294 packets, 420 bytes");
    // What they send after a pause is a row of its own, and they are no new ones.
    t.now += 2000;
    for port in 50001..50051 {
        t.sends(port, SERVER, "A", "late");
    }
    assert_eq!(crowds(&t)[1..], [(0, 42, 42 * 4)]);
    let text = words(&t, t.story.rows().len() - 1);
    assert!(!text.starts_with("42"), "{text}");
}

fn a_client_after_a_crowd_is_drawn() {
    let mut t = Teller::default();
    for number in 0..5 {
        crowd(&mut t, 50001 + 100 * number..50051 + 100 * number);
        t.now += 2000;
    }
    assert_eq!(crowds(&t), [(42, 42 * 7, 42 * 10); 5]);
    t.handshake();
    t.c("A", "hello");
    let last = t.story.rows().last().expect("a row");
    assert!(matches!(&last.act, Act::Packet { packet, .. } if packet.from.port() == CLIENT));
    assert_eq!(last.conversation, Some(251));
}

/// Where a run has no network of its own, there are only looks.
fn a_crowd_without_packets_is_counted() {
    let mut t = Teller::default();
    for (port, state) in [State::Established, State::TimeWait]
        .into_iter()
        .flat_map(|state| (50001..50051).map(move |port| (port, state)))
    {
        t.sees_at(port, state);
    }
    assert_eq!(crowds(&t), [(42, 0, 0)]);
    assert!(t.story.is_over());
    let states = t.story.rows().iter().filter(|row| row.act == Act::State);
    assert_eq!(states.count(), 8 * 2 * 2);
}

fn a_scene_that_is_full_says_so_once() {
    let mut t = Teller::default();
    for port in 50001..50201 {
        crowd(&mut t, port..port + 1);
    }
    let rows = t.story.rows();
    let full = rows.iter().filter(|row| matches!(&row.act, Act::Note(Note::Full)));
    assert_eq!(full.count(), 1);
    let last = words(&t, rows.len() - 1);
    assert!(last.starts_with("This scene is full."), "{last}");
    t.hears(Event::Exit { program: 0, code: Some(0), signal: None });
    assert!(words(&t, t.story.rows().len() - 1).ends_with("exit code 0"), "programs still speak");
}

fn what_the_run_before_has_left_is_drawn() {
    let socket = |port: u16, end: &str, before: Value, earlier: bool| {
        json!({ "end": end, "local": format!("127.0.0.1:{port}"), "peer": "127.0.0.1:50000", "state": "TIME_WAIT",
                "before": before, "earlier": earlier, "send": 0, "receive": 0 })
    };
    let told = |sockets: Value| Event::told("sockets", &json!({ "sockets": sockets }));
    let server = |before| socket(SERVER, "server", before, true);
    let mut t = Teller::default();
    for event in told(json!([server(json!(null)), socket(SERVER, "server", json!(null), false)])) {
        t.hears(event);
    }
    assert_eq!(t.story.rows().len(), 1, "a TIME_WAIT that nothing came before is no row");
    let text = words(&t, 0);
    assert!(text.starts_with("In the server’s kernel: TIME_WAITfrom the run before"), "{text}");
    // It's told once, and several are one row.
    assert_eq!(told(json!([server(json!("TIME_WAIT"))])), []);
    let client = socket(CLIENT, "client", json!(null), true);
    let both = told(json!([server(json!(null)), server(json!(null)), client]));
    let counts: Vec<(End, usize)> = both
        .iter()
        .filter_map(|event| match event {
            Event::Left { end, count } => Some((*end, *count)),
            _ => None,
        })
        .collect();
    assert_eq!(counts, [(End::Client, 1), (End::Server, 2)]);
}

fn what_the_kernel_has_dropped_is_counted() {
    let mut t = Teller::default();
    for (count, expected) in [(1, "1 packet "), (40, "40 packets ")] {
        Event::told("lost", &json!({ "count": count })).into_iter().for_each(|event| {
            t.hears(event);
        });
        t.handshake();
        assert!(
            words(&t, 0).starts_with(&format!("The kernel dropped {expected}")),
            "{}",
            words(&t, 0)
        );
    }
    let notes = t.story.rows().iter().filter(|row| matches!(row.act, Act::Note(_)));
    assert_eq!(notes.count(), 1, "the last count is that of all");
}

fn a_length_is_shown_as_bytes() {
    let mut t = Teller::default();
    t.handshake();
    t.s("A", "\0\0\0\u{18}问题正在处理中...");
    let text = words(&t, 3);
    assert!(text.starts_with("server to client: 28 bytes00 00 00 18 …"), "{text}");
    assert!(text.contains("28 bytes: “00 00 00 18 问题正在处理中...”."), "{text}");
    t.s("A", "\0\0");
    assert!(
        words(&t, 4).starts_with("server to client: 2 bytes00 00The server"),
        "{}",
        words(&t, 4)
    );
}

fn what_is_no_text_is_shown_as_bytes() {
    let mut t = Teller::default();
    t.handshake();
    t.sends_bytes(CLIENT, SERVER, "A", b"\xc4\xe3\xba\xc3,\xce\xd2");
    let text = words(&t, 3);
    assert!(text.starts_with("client to server: 7 bytesc4 e3 ba c3 …"), "{text}");
    assert!(text.contains("7 bytes: “c4 e3 ba c3 2c ce d2”."), "{text}");
    // A character of which only the beginning has come, with nothing before it.
    t.sends_bytes(CLIENT, SERVER, "A", b"\xe4\xbd");
    assert!(words(&t, 4).contains("bytese4 bdThe client"), "{}", words(&t, 4));
    // A tab and a line's end are a part of a text.
    t.c("A", "a\tb\n");
    assert!(words(&t, 5).contains("“a·b·”"), "{}", words(&t, 5));
}

/// What a row says, with what it means.
fn words(t: &Teller, number: usize) -> String {
    let html = row(number, &t.story.rows()[number], &Cast::default(), english());
    let mut text = html;
    for tag in html::tags(&text.clone()).iter().rev() {
        text.replace_range(tag.span.clone(), "");
    }
    text
}
