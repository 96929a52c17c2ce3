//! Exercise 1, the second milestone: a reply that breaks off, or that isn't text.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::{GREETING, REPLY};
use grader::{Hint, Outcome, Program, Run};
use servers::handshake::BROADCAST;

use crate::frames::{PATIENT, announced, asked, drawn, frame};
use crate::limits::LONGEST;

/// Demands that the client ends with an error, and has printed nothing as if it were the reply.
pub fn fails(client: &mut Program) -> Outcome {
    const HOW: &str =
        "How does a script that calls your client learn that it failed, and a person why?";
    client.finishes()?.said_exactly("")?.explained().hint(HOW)?.exited_with(1).hint(HOW)?;
    Ok(())
}

/// One conversation in which the server sends these bytes and closes, and which must fail.
fn ends_after(run: &mut Run, sent: &[u8]) -> Outcome {
    let (mut client, mut server) = asked(run, PATIENT)?;
    if !sent.is_empty() {
        server.send(sent)?;
    }
    server.close();
    fails(&mut client)
}

pub fn reports_a_refusal(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    is_refused(run, closed.address)?;
    is_refused(run, BROADCAST)
}

fn is_refused(run: &mut Run, address: SocketAddr) -> Outcome {
    let mut client = run.start(&[&address.to_string()])?;
    fails(&mut client)
}

/// What is an error in IPv4 is one in IPv6: no server, no reply, and one that isn't text.
pub fn are_the_same_in_ipv6(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    is_refused(run, closed.address)?;
    reports_no_reply(run)?;
    reports_half_a_character_at_the_end(run)
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
    // A program may have no room for all of it, and must not have printed what has come.
    let (mut client, mut server) = asked(run, PATIENT)?;
    run.step("the server sends 4 MiB of 16 MiB");
    let _ = server.write_all(&announced(LONGEST), "the client reads the length").and_then(|()| {
        (0..4 << 20)
            .step_by(long.len())
            .try_for_each(|_| server.write_all(long.as_bytes(), "the client reads the text"))
    });
    server.close();
    fails(&mut client)
}

pub fn reports_a_reply_that_breaks_off(run: &mut Run) -> Outcome {
    let reply = frame(REPLY);
    // Whole characters, and nothing is unread when the reset comes: a client that has not read them is told
    // nothing.
    for chunks in [&[][..], &[&reply[..2]], &[&reply[..10], &reply[10..16]]] {
        let mut listener = run.listen()?;
        let address = listener.address().to_string();
        let mut client = run.start(&[PATIENT, &[&address]].concat())?;
        let mut server = listener.accept()?;
        server.receives(GREETING)?;
        let sent = server.send_in_chunks(chunks).and_then(|()| server.has_been_read());
        if sent.is_ok() {
            // It may be about to wait. Where it isn't known what it has read, it fails in any case.
            client.waits_until_idle();
            server.reset();
        }
        // Who asks once more gets the whole reply, which comes too late: an error is an error.
        let (is_over, socket) = (AtomicBool::new(false), listener.socket());
        thread::scope(|scope| {
            scope.spawn(|| answers_until(&is_over, socket, &reply));
            let outcome = fails(&mut client)
                .hint("How often does your client ask, and what have you been told of a reset?");
            is_over.store(true, Ordering::Relaxed);
            outcome
        })?;
    }
    Ok(())
}

/// Answers all who connect to this listener, which doesn't block.
fn answers_until(is_over: &AtomicBool, listener: &TcpListener, reply: &[u8]) {
    while !is_over.load(Ordering::Relaxed) {
        let Ok((mut stream, _)) = listener.accept() else {
            thread::sleep(Duration::from_millis(5));
            continue;
        };
        let _ = stream.set_nonblocking(false);
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
        let _ = stream.read_to_end(&mut Vec::new());
        let _ = stream.write_all(reply);
    }
}

pub fn reports_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let word = drawn(run, 5);
    // `你好` in GBK, the other encoding of the tutorial; a byte that never occurs; the second half of a
    // character alone; a first half before another character.
    for bytes in [&b"\xc4\xe3\xba\xc3"[..], b"\xff", b"\x80", b"\xe4\xbdx"] {
        ends_after(run, &frame([word.as_bytes(), bytes, b"."].concat()))?;
    }
    // Far behind the first buffer.
    let long = word.repeat(70_000 / word.len().max(1));
    ends_after(run, &frame([long.as_bytes(), b"\xff"].concat()))
}

pub fn reports_forbidden_forms(run: &mut Run) -> Outcome {
    // U+D800, U+DFFF or a pair of surrogates (CESU-8), NUL in two bytes, `/` in three and four, U+110000.
    // (RFC 3629 §3, §10)
    let surrogates = [&b"\xed\xa0\x80"[..], b"\xed\xbf\xbf", b"\xed\xa0\xbe\xed\xb6\x80"];
    let surrogate = *run.pick(&surrogates);
    let overlong = [&b"\xc0\x80"[..], b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf"];
    for bytes in [[surrogate, b"\xf4\x90\x80\x80"].as_slice(), &overlong].concat() {
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
