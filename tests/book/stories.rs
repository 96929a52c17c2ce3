//! The story of a scene: what packets and looks mean, and which states follow. The packets are made by hand.

use book::scene::event::Event;
use book::scene::html::{Cast, row};
use book::scene::row::{Act, End, Sense};
use common::sockets::State;
use harness::Trial;

use crate::support::teller::{CLIENT, SERVER, Teller, address, english, sense};
use crate::support::trials;

pub fn trials() -> Vec<Trial> {
    trials![
        a_whole_conversation_has_all_states,
        who_finishes_first_waits,
        both_finish_at_the_same_time,
        a_half_close_is_no_end,
        a_refused_call_has_no_server,
        unread_input_is_named_where_it_was_seen,
        a_reset_without_a_look_is_not_explained_for_certain,
        an_answer_to_a_dead_connection_is_told_apart,
        what_is_sent_again_says_so,
        a_full_queue_answers_again,
        sequence_numbers_wrap_around,
        conversations_are_told_apart,
        a_new_call_between_the_same_ports_is_a_new_conversation,
        a_look_makes_a_state_seen,
        a_late_look_changes_nothing,
        looks_alone_tell_the_states,
        a_listener_is_there_before_its_program_says_so,
        after_a_reset_nothing_waits,
        a_fin_is_no_byte_that_waits,
        bytes_that_wait_are_one_row,
        lines_that_follow_each_other_are_one_row,
        a_pause_within_a_conversation_is_a_row,
        a_long_stream_is_counted,
        strange_packets_are_survived,
        a_row_reads_well_and_is_escaped,
    ]
}

fn a_whole_conversation_has_all_states() {
    let mut t = Teller::default();
    assert_eq!(sense(t.c("S", "")), Sense::Call);
    assert_eq!(sense(t.s("SA", "")), Sense::Answer);
    assert_eq!(sense(t.c("A", "")), Sense::Confirm);
    assert_eq!(sense(t.c("A", "hello")), Sense::Data);
    assert_eq!(sense(t.s("A", "")), Sense::Received);
    assert_eq!(sense(t.s("A", "yes")), Sense::Data);
    assert_eq!(sense(t.c("A", "")), Sense::Received);
    assert_eq!(sense(t.c("FA", "")), Sense::FirstEnd);
    assert_eq!(sense(t.s("A", "")), Sense::ReceivedEnd);
    assert_eq!(sense(t.s("FA", "")), Sense::SecondEnd);
    assert_eq!(sense(t.c("A", "")), Sense::ReceivedEnd);
    assert_eq!(t.states(End::Client), "SYN_SENT? ESTABLISHED? FIN_WAIT1? FIN_WAIT2? TIME_WAIT?");
    assert_eq!(t.states(End::Server), "SYN_RECV? ESTABLISHED? CLOSE_WAIT? LAST_ACK? CLOSE?");
    assert_eq!(t.story.rows().last().map(|row| row.alive), Some([true, false]));
}

fn who_finishes_first_waits() {
    let mut t = Teller::default();
    t.handshake();
    t.s("FA", "");
    // The answer to the FIN, and the other one, in one packet.
    t.c("FA", "");
    t.s("A", "");
    assert_eq!(t.states(End::Client), "SYN_SENT? ESTABLISHED? CLOSE_WAIT? LAST_ACK? CLOSE?");
    assert_eq!(t.states(End::Server), "SYN_RECV? ESTABLISHED? FIN_WAIT1? TIME_WAIT?");
}

fn both_finish_at_the_same_time() {
    let mut t = Teller::default();
    t.handshake();
    let server = t.next[&(SERVER, CLIENT)];
    t.c("FA", "");
    // It doesn't know of the client's FIN.
    let client = t.next.get_mut(&(CLIENT, SERVER)).expect("a number");
    *client -= 1;
    t.s("FA", "");
    *t.next.get_mut(&(CLIENT, SERVER)).expect("a number") += 1;
    assert_eq!(t.next[&(SERVER, CLIENT)], server + 1);
    t.c("A", "");
    t.s("A", "");
    assert_eq!(t.states(End::Client), "SYN_SENT? ESTABLISHED? FIN_WAIT1? CLOSING? TIME_WAIT?");
    assert_eq!(t.states(End::Server), "SYN_RECV? ESTABLISHED? CLOSE_WAIT? CLOSING? TIME_WAIT?");
}

fn a_half_close_is_no_end() {
    let mut t = Teller::default();
    t.handshake();
    t.c("FA", "");
    t.s("A", "");
    // Its client still reads.
    assert_eq!(sense(t.s("A", "reply")), Sense::DataAfterEnd);
    t.c("A", "");
    assert_eq!(t.states(End::Server), "SYN_RECV? ESTABLISHED? CLOSE_WAIT?");
    assert_eq!(t.states(End::Client), "SYN_SENT? ESTABLISHED? FIN_WAIT1? FIN_WAIT2?");
    // The last bytes can bring the end with them.
    assert_eq!(sense(t.s("FA", "more")), Sense::SecondEnd);
    assert!(t.states(End::Client).ends_with("FIN_WAIT2? TIME_WAIT?"));
}

fn a_refused_call_has_no_server() {
    let mut t = Teller::default();
    t.c("S", "");
    assert_eq!(sense(t.s("RA", "")), Sense::Refused);
    assert_eq!(
        (t.states(End::Client), t.states(End::Server)),
        ("SYN_SENT? CLOSE?".into(), String::new())
    );
}

fn unread_input_is_named_where_it_was_seen() {
    let mut t = Teller::default();
    t.handshake();
    t.c("A", "hello");
    t.s("A", "");
    t.sees(End::Server, Some(State::Established), 0, 5);
    assert_eq!(sense(t.s("RA", "")), Sense::Unread(5));
    assert!(t.states(End::Client).ends_with("CLOSE?") && t.states(End::Server).ends_with("CLOSE?"));
    assert_eq!(t.story.rows().last().map(|row| row.alive), Some([false; 2]));
}

fn a_reset_without_a_look_is_not_explained_for_certain() {
    let mut t = Teller::default();
    t.handshake();
    t.c("A", "hello");
    t.s("A", "");
    assert_eq!(sense(t.s("RA", "")), Sense::GivenUp);
    // And nothing can be unread where nothing was sent.
    let mut t = Teller::default();
    t.handshake();
    assert_eq!(sense(t.s("RA", "")), Sense::CutOff);
}

fn an_answer_to_a_dead_connection_is_told_apart() {
    let mut t = Teller::default();
    t.handshake();
    t.s("FA", "");
    t.c("A", "");
    assert_eq!(sense(t.c("A", "too late")), Sense::DataAfterEnd);
    assert_eq!(sense(t.s("R", "")), Sense::Gone);
}

fn what_is_sent_again_says_so() {
    let mut t = Teller::default();
    t.c("S", "");
    assert_eq!(t.again(CLIENT, "S", "", 1), Sense::CallAgain);
    t.s("SA", "");
    t.c("A", "");
    t.c("A", "hello");
    assert_eq!(t.again(CLIENT, "A", "hello", 5), Sense::DataAgain);
    t.s("A", "");
    assert_eq!(sense(t.s("A", "")), Sense::Nothing);
    assert_eq!(t.again(CLIENT, "A", "", 1), Sense::Probe);
    *t.next.get_mut(&(CLIENT, SERVER)).expect("a number") += 1;
    t.c("FA", "");
    assert_eq!(t.again(CLIENT, "FA", "", 1), Sense::EndAgain);
    assert_eq!(t.states(End::Client), "SYN_SENT? ESTABLISHED? FIN_WAIT1?");
}

fn a_full_queue_answers_again() {
    let mut t = Teller::default();
    t.handshake();
    assert_eq!(t.again(SERVER, "SA", "", 1), Sense::AnswerAgain);
    assert_eq!(t.states(End::Server), "SYN_RECV? ESTABLISHED? SYN_RECV?");
    assert_eq!(t.states(End::Client), "SYN_SENT? ESTABLISHED?");
}

fn sequence_numbers_wrap_around() {
    let mut t = Teller::default();
    t.next.insert((CLIENT, SERVER), u32::MAX - 1);
    t.handshake();
    assert_eq!(sense(t.c("A", "hello")), Sense::Data);
    assert_eq!(sense(t.s("A", "")), Sense::Received);
    assert_eq!(sense(t.c("A", "more")), Sense::Data);
    assert_eq!(sense(t.s("A", "")), Sense::Received);
}

fn conversations_are_told_apart() {
    let mut t = Teller::default();
    t.handshake();
    assert_eq!(t.story.rows().last().map(|row| row.conversation), Some(None));
    assert_eq!(t.sends(CLIENT + 1, SERVER, "S", "").conversation, Some(2));
    assert_eq!(t.sends(SERVER, CLIENT + 1, "SA", "").conversation, Some(2));
    assert_eq!(t.c("A", "hello").conversation, Some(1));
    assert_eq!(sense(t.sends(CLIENT + 1, SERVER, "A", "")), Sense::Confirm);
    // Only one of the two ends.
    t.sends(CLIENT + 1, SERVER, "RA", "");
    assert_eq!(t.story.rows().last().map(|row| row.alive), Some([true, true]));
}

fn a_new_call_between_the_same_ports_is_a_new_conversation() {
    let mut t = Teller::default();
    t.c("S", "");
    t.s("RA", "");
    assert_eq!(sense(t.c("S", "")), Sense::Call);
    assert_eq!(t.story.rows().last().map(|row| row.conversation), Some(Some(2)));
}

fn a_look_makes_a_state_seen() {
    let mut t = Teller::default();
    t.handshake();
    assert_eq!(
        t.sees(End::Server, Some(State::Established), 0, 0),
        [2],
        "the third row has changed"
    );
    assert_eq!(t.states(End::Server), "SYN_RECV? ESTABLISHED");
    assert_eq!(t.sees(End::Server, Some(State::Established), 0, 0), [0; 0], "it's no news");
}

fn a_late_look_changes_nothing() {
    let mut t = Teller::default();
    t.handshake();
    t.s("FA", "");
    t.c("FA", "");
    t.s("A", "");
    let rows = t.story.rows().len();
    // The state before, which was not told by any look in time.
    t.sees(End::Client, Some(State::Established), 0, 0);
    t.sees(End::Client, Some(State::FinWait1), 0, 0);
    assert_eq!(t.story.rows().len(), rows);
    assert_eq!(t.states(End::Client), "SYN_SENT? ESTABLISHED CLOSE_WAIT? LAST_ACK? CLOSE?");
}

/// Where there are no packets.
fn looks_alone_tell_the_states() {
    let mut t = Teller::default();
    t.sees_listener(Some(State::Listen), 0);
    t.sees_listener(Some(State::Listen), 1);
    t.sees(End::Server, Some(State::Established), 0, 5);
    t.sees(End::Client, Some(State::Established), 0, 0);
    t.sees(End::Client, Some(State::TimeWait), 0, 0);
    t.sees(End::Server, None, 0, 0);
    t.sees_listener(None, 0);
    assert_eq!(t.states(End::Server), "LISTEN ESTABLISHED CLOSE");
    assert_eq!(t.states(End::Client), "ESTABLISHED TIME_WAIT");
    // What an earlier run has left is none of this one's.
    let mut t = Teller::default();
    t.sees(End::Client, Some(State::TimeWait), 0, 0);
    assert_eq!(t.story.rows(), []);
}

fn a_fin_is_no_byte_that_waits() {
    let mut t = Teller::default();
    t.handshake();
    t.c("FA", "");
    t.sees(End::Client, Some(State::FinWait1), 1, 0);
    assert!(!t.story.rows().iter().any(|row| matches!(row.act, Act::Waiting { .. })));
    assert!(t.states(End::Client).ends_with(" FIN_WAIT1"));
}

fn bytes_that_wait_are_one_row() {
    let mut t = Teller::default();
    t.handshake();
    let count = |t: &Teller| {
        let waiting = t.story.rows().iter().filter_map(|row| match row.act {
            Act::Waiting { amount, .. } => Some(amount),
            _ => None,
        });
        waiting.collect::<Vec<_>>()
    };
    for amount in [10, 20, 15, 30] {
        t.sees(End::Server, Some(State::Established), 0, amount);
        t.sees(End::Client, Some(State::Established), amount * 2, 0);
    }
    assert_eq!(count(&t), [30, 60]);
    t.sees(End::Server, Some(State::Established), 0, 0);
    t.c("A", "hello");
    t.sees(End::Server, Some(State::Established), 0, 5);
    assert_eq!(count(&t), [30, 60, 5]);
}

/// A look may come later, and then the state is seen.
fn a_listener_is_there_before_its_program_says_so() {
    let mut t = Teller::default();
    let text = format!("listening on {}", address(SERVER));
    let stream = "stdout".to_owned();
    assert_eq!(t.hears(Event::Line { program: 0, stream, text }), [0, 1]);
    assert!(matches!(t.story.rows()[1].act, Act::Lines { .. }));
    assert_eq!(t.states(End::Server), "LISTEN?");
    let said = row(0, &t.story.rows()[0], &Cast::default(), english());
    assert!(said.contains("(The program says so.)") && !said.contains("packets"), "{said}");
    assert_eq!(t.sees_listener(Some(State::Listen), 0), [0]);
    assert_eq!(t.states(End::Server), "LISTEN");
    assert!(t.sees_listener(Some(State::Listen), 0).is_empty());
    // Where it's seen first, it's told once.
    let mut t = Teller::default();
    t.sees_listener(Some(State::Listen), 0);
    let text = format!("listening on {}", address(SERVER));
    t.hears(Event::Line { program: 0, stream: "stdout".into(), text });
    assert_eq!(t.states(End::Server), "LISTEN");
}

fn after_a_reset_nothing_waits() {
    let mut t = Teller::default();
    t.handshake();
    t.c("A", "hello");
    t.s("RA", "");
    let rows = t.story.rows().len();
    // These looks are late.
    t.sees(End::Server, Some(State::Established), 0, 5);
    t.sees(End::Client, Some(State::Established), 5, 0);
    assert_eq!(t.story.rows().len(), rows);
}

fn lines_that_follow_each_other_are_one_row() {
    let mut t = Teller::default();
    let line = |program, stream: &str, text: &str| Event::Line {
        program,
        stream: stream.into(),
        text: text.into(),
    };
    assert_eq!(t.hears(line(0, "stdout", "one")), [0]);
    assert_eq!(t.hears(line(0, "stdout", "two")), [0]);
    assert_eq!(t.hears(line(0, "stderr", "three")), [1]);
    assert_eq!(t.hears(line(1, "stderr", "four")), [2]);
    for _ in 0..50 {
        t.hears(line(1, "stderr", "more"));
    }
    assert_eq!(t.story.rows().len(), 5);
}

fn a_pause_within_a_conversation_is_a_row() {
    let mut t = Teller::default();
    t.now += 5000;
    t.handshake();
    t.now += 2000;
    t.c("A", "late");
    t.c("RA", "");
    t.now += 2000;
    t.hears(Event::Exit { program: 0, code: Some(0), signal: None });
    let pauses = t.story.rows().iter().filter(|row| matches!(row.act, Act::Pause(_)));
    assert_eq!(pauses.count(), 1, "before and after it, nothing waits");
}

fn a_long_stream_is_counted() {
    let mut t = Teller::default();
    t.handshake();
    for _ in 0..1000 {
        t.c("A", "0123456789");
        t.s("A", "");
    }
    t.c("FA", "");
    let rows = t.story.rows();
    assert!(rows.len() < 70, "{}", rows.len());
    assert!(
        matches!(rows[rows.len() - 2].act, Act::More { packets: 1943, bytes } if bytes > 9000),
        "{:?}",
        rows[rows.len() - 2]
    );
    assert_eq!(rows.last().map(sense), Some(Sense::FirstEnd));
    // And no number of conversations fills the memory.
    for port in 0..2000 {
        t.sends(10000 + port, SERVER, "S", "");
    }
    assert!(t.story.rows().len() < 700);
}

/// Whatever comes, a story goes on.
fn strange_packets_are_survived() {
    let flags = ["", "S", "A", "SA", "F", "FA", "R", "RA", "SF", "SFRA"];
    let mut seed: u32 = 1;
    let mut t = Teller::default();
    for _ in 0..20_000 {
        // A linear congruential generator: any sequence does.
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let pick = |shift: u32, of: u32| (seed >> shift) % of;
        let from = CLIENT + pick(4, 3) as u16;
        let ends = if pick(8, 2) == 0 { (from, SERVER) } else { (SERVER, from) };
        // One calls itself.
        let ends = if pick(9, 40) == 0 { (SERVER, SERVER) } else { ends };
        let payload = if pick(12, 3) == 0 { "bytes" } else { "" };
        t.next.insert(ends, seed.wrapping_mul(7));
        t.sends(ends.0, ends.1, flags[pick(16, 10) as usize], payload);
        let state = State::from_number(1 + pick(20, 11) as u8);
        t.sees(
            if pick(3, 2) == 0 { End::Client } else { End::Server },
            state,
            u64::from(pick(5, 99)),
            3,
        );
        let cast = Cast { programs: Vec::new() };
        let last = t.story.rows().len() - 1;
        assert!(row(last, &t.story.rows()[last], &cast, english()).starts_with("<li"));
    }
}

fn a_row_reads_well_and_is_escaped() {
    let mut t = Teller::default();
    let cast = Cast { programs: vec![("a <server>".into(), "server".into())] };
    t.handshake();
    t.c("A", "<i id=x>\"&");
    let html = row(3, &t.story.rows()[3], &cast, english());
    assert!(html.contains("&lt;i id=x&gt;&quot;&amp;") && !html.contains("<i "), "{html}");
    t.hears(Event::Line { program: 0, stream: "stdout".into(), text: "<b>".into() });
    let line = row(4, &t.story.rows()[4], &cast, english());
    assert!(
        line.contains("a &lt;server&gt;: ") && line.contains("<code>&lt;b&gt;</code>"),
        "{line}"
    );
    // What a screen reader says.
    let words = |number: usize| {
        let html = row(number, &t.story.rows()[number], &cast, english());
        let mut text = String::new();
        let mut is_tag = false;
        for c in html[..html.find("</summary>").expect("a summary")].chars() {
            match c {
                '<' => is_tag = true,
                '>' => is_tag = false,
                c if !is_tag => text.push(c),
                _ => {}
            }
        }
        text
    };
    assert_eq!(words(0), "client to server: SYN; client now SYN_SENT, as the packets say");
    assert_eq!(
        words(1),
        "server to client: SYN, ACK; client now ESTABLISHED, as the packets say; \
         server now SYN_RECV, as the packets say"
    );
    assert!(words(3).starts_with("client to server: 10 bytes"), "{}", words(3));
}
