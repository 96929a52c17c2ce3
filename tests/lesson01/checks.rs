//! What lesson 1's program, a client, must do.
//!
//! It connects, sends one message, finishes sending, reads the reply to the end of the stream, decodes it
//! once, prints exactly the reply and nothing else on standard output, and exits with code 0. Whatever
//! goes wrong is one line `error: WHAT: WHY` on standard error and exit code 1; and nothing that a
//! server does or fails to do holds the client longer than its time limit.
//!
//! In these checks the suite is the server.

use std::io::Write;
use std::net::Shutdown;
use std::time::Instant;

use common::{GREETING, REPLY};
use grader::{Check, Needs, Outcome, Program, Run, Subject, check, lesson_folder};
use servers::handshake;

pub const CHECKS: &[Check] = &[
    check("exchanges_messages", exchanges_messages)
        .demands("The client sends its message, finishes sending, and prints the reply and nothing else.")
        .hint("How can the server know that the message is whole?")
        .section("02-1-client.html#a-first-client"),
    check("prints_the_whole_reply", prints_the_whole_reply)
        .demands("A reply of any length arrives whole, wherever it is cut on its way.")
        .hint("When has a client read everything?")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("reports_no_reply", reports_no_reply)
        .demands("If the server closes without sending anything, that's an error, not an empty reply.")
        .hint("What does it mean when the first `read` returns 0?")
        .section("02-1-client.html#say-what-went-wrong"),
    check("reports_a_refusal", reports_a_refusal)
        .demands("If no program listens there, the client says so, and what to do.")
        .hint("Which error does `connect` return when no program listens on the port?")
        .section("02-1-client.html#four-ways-to-fail"),
    handshake::GIVES_UP_CONNECTING,
    check("gives_up_on_a_silent_server", gives_up_on_a_silent_server)
        .demands(
            "A server that accepts and says nothing holds the client no longer than the limit.",
        )
        .hint("For how long does `read` wait if you haven't told it?")
        .section("02-1-client.html#dont-wait-forever"),
    check("gives_up_on_a_slow_server", gives_up_on_a_slow_server)
        .demands(
            "A server that sends a byte now and then holds the client no longer than the limit.",
        )
        .hint("What does your time limit measure: one `read`, or the whole reply?")
        .section("02-1-client.html#dont-wait-forever"),
    check("reports_a_reset", reports_a_reset)
        .demands("A reply that is broken off by a reset is an error, not a short reply.")
        .hint("What tells the end of a stream from the end of a connection?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("reports_bytes_that_are_not_text", reports_bytes_that_are_not_text)
        .demands("A reply that is not in the agreed encoding is an error.")
        .hint("Who should decide what to do with bytes that cannot be read?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("bounds_the_reply", bounds_the_reply)
        .demands("A reply of 4 MiB is printed; one that is longer is cut off, and that is said.")
        .hint("How much memory may a stranger make your program use?")
        .section("02-1-client.html#dont-read-forever"),
    check("speaks_the_encoding_it_is_told", speaks_the_encoding_it_is_told)
        .demands("With --encoding gbk both directions are GBK, whatever the operating system.")
        .hint("Who decides how text becomes bytes?")
        .section("03-threads.html#two-encodings"),
    check("is_answered_by_the_mended_python_server", is_answered_by_the_mended_python_server)
        .demands("The tutorial's own server, mended, answers.")
        .hint("Which program fails first, and what does it say?")
        .section("02-1-client.html#run-it")
        .needs(Needs::Program("python3")),
];

fn exchanges_messages(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives_all(GREETING)?;
    server.send(REPLY)?;
    server.close();
    client.exits_with(0)?;
    prints_exactly(run, &client, &format!("{REPLY}\n"))
}

fn prints_the_whole_reply(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    // 1200 bytes in characters of three: a buffer of 1024 cuts one of them in two.
    let reply = "你".repeat(400);
    server.receives(GREETING)?;
    server.send(&reply)?;
    server.close();
    client.exits_with(0)?;
    prints_exactly(run, &client, &format!("{reply}\n"))
}

fn reports_no_reply(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives(GREETING)?;
    server.close();
    fails_with(run, &mut client, "no reply")
}

fn reports_a_refusal(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    let address = closed.address.to_string();
    run.to_end(&[&address])?
        .exited_with(1)?
        .said_exactly("")?
        .explained()?
        .complained(&address)?
        .complained("is the server running?")?;
    Ok(())
}

fn gives_up_on_a_silent_server(run: &mut Run) -> Outcome {
    let since = Instant::now();
    let (mut client, _server) = be_the_server(run, &["--time-limit", "0.2"])?;
    fails_with(run, &mut client, "timed out")?;
    run.shorter_than_default(since)
}

fn gives_up_on_a_slow_server(run: &mut Run) -> Outcome {
    against_a_drip(run, |run, client| fails_with(run, client, "timed out"))
}

fn reports_a_reset(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives(GREETING)?;
    server.send(&REPLY.as_bytes()[..12])?;
    server.reset();
    fails_with(run, &mut client, "reset")
}

fn reports_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives(GREETING)?;
    // `你好` in GBK, the other encoding of the tutorial.
    server.send(b"\xc4\xe3\xba\xc3")?;
    server.close();
    fails_with(run, &mut client, "UTF-8")
}

fn bounds_the_reply(run: &mut Run) -> Outcome {
    const MAX_REPLY: usize = 4 << 20;
    for (length, code) in [(MAX_REPLY, 0), (MAX_REPLY + 1, 1)] {
        let (mut client, mut server) = be_the_server(run, crate::frames::PATIENT)?;
        server.receives(GREETING)?;
        run.step(format!("the server sends {length} bytes"));
        let _ = server.write_all(&vec![b'x'; length], "the client reads the reply");
        server.close();
        client.exits_with(code)?;
    }
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives(GREETING)?;
    let mut stream = server.stream();
    // The client stops reading at its limit and closes: from then on, sending fails.
    let chunk = vec![b'x'; 64 << 10];
    let sent = (0..128).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    server.close();
    run.ensure("the client reads a megabyte", sent > 16, format!("{sent} chunks of 64 KiB"))?;
    client.exits_with(1)?;
    client.complains("error: ")
}

fn speaks_the_encoding_it_is_told(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &["--encoding", "gbk", "--message", "你好"])?;
    server.receives_all(b"\xc4\xe3\xba\xc3")?;
    server.send(b"\xc4\xe3")?;
    server.close();
    client.exits_with(0)?;
    prints_exactly(run, &client, "你\n")?;
    run.to_end(&["--encoding", "gbk", "--message", "🦀"])?.exited_with(1)?.complained("🦀")?;
    Ok(())
}

fn is_answered_by_the_mended_python_server(run: &mut Run) -> Outcome {
    let file = lesson_folder("lesson01").join("../lesson02/mended.py");
    let mut server = run.start_other(&Subject::python("mended.py", file), &["127.0.0.1:0"])?;
    let address = server.listening()?.to_string();
    run.to_end(&[&address])?.exited_with(0)?.said_exactly(&format!("{REPLY}\n"))?;
    server.says(GREETING)?;
    server.exits_with(0)
}

/// Listens, starts the client with this address, and accepts it.
pub fn be_the_server(run: &mut Run, options: &[&str]) -> Outcome<(Program, grader::Peer)> {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let client = run.start(&[options, &[&address]].concat())?;
    let server = listener.accept()?;
    Ok((client, server))
}

/// Judges the client while the server sends it a byte now and then, for ever.
///
/// On a busy machine a drip can be late. Then the server has been silent, and that ends a limit of one
/// read too: a client that passes has shown nothing, and is tried again with more time.
pub fn against_a_drip(run: &mut Run, judge: fn(&mut Run, &mut Program) -> Outcome) -> Outcome {
    for limit in [0.3, 0.6, 1.2] {
        let since = Instant::now();
        let (mut client, server) = be_the_server(run, &["--time-limit", &limit.to_string()])?;
        run.step("the server sends a byte every 20 ms");
        let drip = server.sends_slowly(since)?;
        let outcome = judge(run, &mut client);
        // First the client, so that it cannot take the end of the drip for the end of the reply.
        drop(client);
        let _ = server.stream().shutdown(Shutdown::Both);
        let longest_silence = drip.join().expect("a drip does not panic");
        outcome?;
        if longest_silence.as_secs_f64() < limit {
            break;
        }
        run.step("the drip was late, so this shows nothing: once more, with more time");
    }
    Ok(())
}

/// Demands an error with these words, and that nothing was printed as if it were the reply.
fn fails_with(run: &mut Run, client: &mut Program, words: &str) -> Outcome {
    client.exits_with(1)?;
    client.complains("error: ")?;
    client.complains(words)?;
    prints_exactly(run, client, "")
}

pub fn prints_exactly(run: &mut Run, client: &Program, text: &str) -> Outcome {
    let printed = client.stdout();
    let got = grader::quote(printed.as_bytes());
    run.ensure(format!("its stdout is {}", grader::quote(text.as_bytes())), printed == text, got)
}
