//! Exercise 1, the second milestone: a reply that breaks off, or that isn't text.

use common::REPLY;
use grader::{Hint, Outcome, Program, Run};

use crate::frames::{PATIENT, announced, asked, drawn, frame};

/// Demands that the client ends with an error, and has printed nothing as if it were the reply.
pub fn fails(run: &mut Run, client: &mut Program) -> Outcome {
    const HOW: &str =
        "How does a script that calls your client learn that it failed, and a person why?";
    let ended = client.finishes()?.said_exactly("")?.explained().hint(HOW)?;
    let stderr = ended.stderr();
    let is_whole = |line: &str| {
        let parts = line.strip_prefix("error: ").and_then(|rest| rest.split_once(": "));
        parts.is_some_and(|(what, why)| !what.trim().is_empty() && !why.trim().is_empty())
    };
    let got = grader::quote(stderr.as_bytes());
    run.ensure("its error says WHAT and WHY", stderr.lines().any(is_whole), got).hint(HOW)?;
    ended.exited_with(1).hint(HOW)?;
    Ok(())
}

/// One conversation in which the server sends these bytes and closes, and which must fail.
fn ends_after(run: &mut Run, sent: &[u8]) -> Outcome {
    let (mut client, mut server) = asked(run, PATIENT)?;
    if !sent.is_empty() {
        server.send(sent)?;
    }
    server.close();
    fails(run, &mut client)
}

pub fn reports_a_refusal(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    let mut client = run.start(&[&closed.address.to_string()])?;
    fails(run, &mut client)
}

pub fn reports_no_reply(run: &mut Run) -> Outcome {
    ends_after(run, b"")
}

pub fn reports_a_length_that_is_cut(run: &mut Run) -> Outcome {
    // Also as if it were a length of 0.
    for cut in [1, 2, 3] {
        ends_after(run, &announced(0)[..cut])?;
    }
    Ok(())
}

pub fn reports_a_text_that_is_cut(run: &mut Run) -> Outcome {
    // No cut is inside a character: only the length says that more was to come.
    let (text, long) = (format!("{}!", drawn(run, 20)), "line after line\n".repeat(8000));
    let half = 8 * run.number(1..=15_000) as usize;
    for (text, end) in
        [(&*text, 0), (&text, text.len() - 1), (&long, half), (&long, long.len() - 1)]
    {
        ends_after(run, &frame(text)[..4 + end])?;
    }
    Ok(())
}

pub fn reports_a_reply_that_breaks_off(run: &mut Run) -> Outcome {
    let reply = frame(REPLY);
    // Whole characters, and nothing is unread when the reset comes: a client that has not read them is told
    // nothing.
    for chunks in [&[][..], &[&reply[..2]], &[&reply[..10], &reply[10..16]]] {
        let (mut client, mut server) = asked(run, PATIENT)?;
        let sent = server.send_in_chunks(chunks).and_then(|()| server.has_been_read());
        if sent.is_ok() {
            // It may be about to wait.
            client.waits_until_idle();
            server.reset();
        }
        fails(run, &mut client)?;
    }
    Ok(())
}

pub fn reports_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let word = drawn(run, 5);
    // `你好` in GBK, the other encoding of the tutorial; a byte that never occurs; the second half of a
    // character alone; a first half before another character.
    for bytes in [&b"\xc4\xe3\xba\xc3"[..], b"\xff", b"\x80", b"\xe4\xbdx"] {
        ends_after(run, &frame([word.as_bytes(), bytes, b"."].concat()))?;
    }
    Ok(())
}

pub fn reports_forbidden_forms(run: &mut Run) -> Outcome {
    // U+D800 or a pair of surrogates (CESU-8), NUL in two bytes, `/` in three, U+110000. (RFC 3629 §3, §10)
    let surrogate = *run.pick(&[&b"\xed\xa0\x80"[..], b"\xed\xa0\xbe\xed\xb6\x80"]);
    for bytes in [surrogate, b"\xc0\x80", b"\xe0\x80\xaf", b"\xf4\x90\x80\x80"] {
        ends_after(run, &frame([b"text ", bytes].concat()))?;
    }
    Ok(())
}

pub fn reports_half_a_character_at_the_end(run: &mut Run) -> Outcome {
    let text = "你好".as_bytes();
    ends_after(run, &frame(&text[..5]))?;
    // What follows would complete the character, and isn't part of the frame.
    ends_after(run, &[&announced(5), text].concat())
}
