//! Lesson 1: a client.
//!
//! It connects, sends one message, ends its side, reads the reply to the end of the stream, decodes it
//! once, prints exactly the reply and nothing else on standard output, and exits with code 0. Whatever
//! goes wrong is one line `error: WHAT: WHY` on standard error and exit code 1; and nothing that a
//! server does or fails to do holds the client longer than its time limit.
//!
//! In these checks the suite is the server. They run on lesson 1's program, which must pass all of
//! them, and on the wrong programs in `lessons/lesson01/faults/`, each of which must fail exactly the
//! checks that are listed with it at the end of this file.
//!
//! What you are to write, and how it is graded, stands in `exercise01.rs`.

mod exercise01;
mod handshake;

use std::io::Write;
use std::net::Shutdown;
use std::process::ExitCode;
use std::time::Instant;

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::{
    Check, Exercise, Lesson, Needs, Outcome, Program, Run, Subject, Trouble, check, contract,
    program,
};

const CHECKS: &[Check] = &[
    check("exchanges_messages", exchanges_messages)
        .demands("The client sends its message, ends its side, prints the reply, and nothing else.")
        .hint("How can the server know that the message is whole?")
        .section("02-1-client.html#the-repair"),
    check("prints_the_whole_reply", prints_the_whole_reply)
        .demands("A reply of any length arrives whole, wherever it is cut on its way.")
        .hint("When has a client read everything?")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("reports_no_reply", reports_no_reply)
        .demands("A server that closes without a word has not sent an empty reply.")
        .hint("What does it mean when the first `read` returns 0?")
        .section("02-1-client.html#the-repair"),
    check("reports_a_refusal", reports_a_refusal)
        .demands("Where nobody listens, the client says so and what to do.")
        .hint("Which error does `connect` return when no program listens on the port?")
        .section("02-1-client.html#four-ways-to-fail"),
    handshake::GIVES_UP_CONNECTING,
    check("gives_up_on_a_silent_server", gives_up_on_a_silent_server)
        .demands(
            "A server that accepts and says nothing holds the client no longer than the limit.",
        )
        .hint("For how long does `read` wait when nobody told it?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("gives_up_on_a_dripping_server", gives_up_on_a_dripping_server)
        .demands(
            "A server that sends a byte now and then holds the client no longer than the limit.",
        )
        .hint("What does your time limit measure: one `read`, or the whole reply?")
        .section("02-1-client.html#four-ways-to-fail"),
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
        .section("02-1-client.html#the-repair"),
    check("speaks_the_encoding_it_is_told", speaks_the_encoding_it_is_told)
        .demands("With --encoding gbk both directions are GBK, whatever the operating system.")
        .hint("Who decides how text becomes bytes?")
        .section("02-1-client.html#text-and-bytes"),
    check("is_answered_by_the_mended_python_server", is_answered_by_the_mended_python_server)
        .demands("The tutorial's own server, mended, answers.")
        .hint("Which program fails first, and what does it say?")
        .section("02-1-client.html#run-it")
        .needs(Needs::Program("python3")),
];

/// What else a server, or the terminal, can do to a client.
const TROUBLE: &[Check] = &[
    check("reports_a_server_that_hangs_up", reports_a_server_that_hangs_up)
        .demands("A server that closes with the message unread has reset the connection: that is an error.")
        .hint("Which of your calls learns first that the server has gone?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("reports_a_full_output", reports_a_full_output)
        .demands("A standard output that takes nothing (/dev/full) is an error, with exit code 1.")
        .hint("Whose word does a script have for it that the reply has been printed?")
        .section("02-1-client.html#four-ways-to-fail")
        .needs(Needs::Linux),
    check("parts_with_a_server_that_sends_for_ever", parts_with_a_server_that_sends_for_ever)
        .demands("A server whose reply has no end is cut off, long before the time limit: an error.")
        .hint("How much memory may somebody at the other end fill?")
        .section("02-1-client.html#the-repair"),
    check("takes_a_reply_that_just_fits", takes_a_reply_that_just_fits)
        .demands("A reply of 4 MiB, which is all that is allowed, is printed whole.")
        .hint("What is the longest reply that you take, and how do you tell it from one that is a byte longer?")
        .section("02-1-client.html#the-repair"),
    check("goes_on_after_ctrl_z", goes_on_after_ctrl_z)
        .demands("A client that is suspended while it waits, and goes on, gets its reply.")
        .hint("What does a `read` with a time limit return when Ctrl-Z has interrupted it, and is that the server's fault?")
        .section("02-1-client.html#the-repair")
        .needs(Needs::Linux),
];

fn parts_with_a_server_that_sends_for_ever(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &["--time-limit", "60"])?;
    server.receives(GREETING)?;
    server.sends_until_cut_off(256 << 20)?;
    client.exits_with(1)?;
    client.complains("longer than")?;
    prints_exactly(run, &client, "")
}

fn takes_a_reply_that_just_fits(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &["--time-limit", "60"])?;
    server.receives(GREETING)?;
    let reply = "x".repeat(4 << 20);
    server.send(&reply)?;
    server.close();
    client.exits_with(0)?;
    prints_exactly(run, &client, &format!("{reply}\n"))
}

fn goes_on_after_ctrl_z(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &["--time-limit", "60"])?;
    server.receives_all(GREETING)?;
    run.becomes_idle(&client)?;
    client.suspend()?;
    run.until("it has stopped", || client.is_stopped().then_some(()))?;
    client.resume()?;
    server.send(REPLY)?;
    server.close();
    client.exits_with(0)?;
    prints_exactly(run, &client, &format!("{REPLY}\n"))
}

fn reports_a_server_that_hangs_up(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.has_unread_input()?;
    server.close();
    client.exits_with(1)?;
    client.complains("error: ")?;
    prints_exactly(run, &client, "")
}

fn reports_a_full_output(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let starter = ["sh", "-c", "exec \"$@\" > /dev/full", "sh"];
    let mut client = run.start_through(&starter, &[&address])?;
    let mut server = listener.accept()?;
    server.receives_all(GREETING)?;
    server.send(REPLY)?;
    server.close();
    client.exits_with(1)?;
    client.complains("error: ")
}

const FACTS: &[Check] = &[
    check("C1_a_placeholder_is_not_an_address", a_placeholder_is_not_an_address)
        .demands("The tutorial's client looks its placeholder up as a name, and fails.")
        .section("02-1-client.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("C9_five_writes_one_read", five_writes_one_read)
        .demands("Five writes can arrive in one read: TCP keeps no borders between messages.")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("C9_one_write_many_reads", one_write_many_reads)
        .demands("One write of 3000 bytes takes at least three reads of 1024.")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("C9_a_read_can_cut_a_character", a_read_can_cut_a_character)
        .demands("The first 1024 of 1200 bytes end inside a character.")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("recording_readme_refused", record_a_refusal)
        .demands("The opening page shows what a client says when nobody listens.")
        .section("index.html#what-every-program-does"),
    check("recording_client_original", record_the_original)
        .demands("The book shows how the tutorial's client fails.")
        .section("02-1-client.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("recording_client_placeholder", record_a_placeholder)
        .demands("The book shows how lesson 1 refuses the tutorial's placeholder.")
        .section("02-1-client.html#what-goes-wrong"),
    check("recording_client_one_recv", record_one_recv)
        .demands("The book shows how one read cuts a character.")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("recording_client_gbk", record_the_wrong_encoding)
        .demands("The book shows what a wrong encoding looks like.")
        .section("02-1-client.html#text-and-bytes"),
    check("recording_pair", record_the_pair)
        .demands("The book shows lesson 1 and lesson 2 in two terminals.")
        .section("02-1-client.html#run-it")
        .needs(Needs::Lesson("lesson02")),
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

fn gives_up_on_a_dripping_server(run: &mut Run) -> Outcome {
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
        let (mut client, mut server) = be_the_server(run, exercise01::PATIENT)?;
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
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../lesson02/mended.py");
    let mut server = run.start_other(&Subject::python("mended.py", file), &["127.0.0.1:0"])?;
    let address = server.listening()?.to_string();
    run.to_end(&[&address])?.exited_with(0)?.said_exactly(&format!("{REPLY}\n"))?;
    server.says(GREETING)?;
    server.exits_with(0)
}

/// Listens, starts the client with this address, and accepts it.
fn be_the_server(run: &mut Run, options: &[&str]) -> Outcome<(Program, grader::Peer)> {
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
fn against_a_drip(run: &mut Run, judge: fn(&mut Run, &mut Program) -> Outcome) -> Outcome {
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

fn prints_exactly(run: &mut Run, client: &Program, text: &str) -> Outcome {
    let printed = client.stdout();
    let got = grader::quote(printed.as_bytes());
    run.ensure(format!("its stdout is {}", grader::quote(text.as_bytes())), printed == text, got)
}

fn a_placeholder_is_not_an_address(run: &mut Run) -> Outcome {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/original.py");
    let mut original = run.start_other(&Subject::python("original.py", file), &[])?;
    original.exits_with(1)?;
    original.complains("gaierror")
}

fn five_writes_one_read(run: &mut Run) -> Outcome {
    let (mut sender, receiver) = pair(run)?;
    for number in 1..=5 {
        sender.send(format!("message {number};"))?;
    }
    let mut buffer = [0; 1024];
    // Wait until all of it is in the receive buffer, without taking anything out.
    let mut stream = receiver.stream();
    run.until("50 bytes are in the receive buffer", || {
        stream.peek(&mut buffer).ok().filter(|&count| count == 50)
    })?;
    let count = run.attempt("one read", std::io::Read::read(&mut stream, &mut buffer))?;
    run.ensure("one read returns all five messages", count == 50, grader::quote(&buffer[..count]))
}

fn one_write_many_reads(run: &mut Run) -> Outcome {
    let (mut sender, receiver) = pair(run)?;
    sender.send([b'x'; 3000])?;
    sender.finish_sending()?;
    let (mut buffer, mut sizes) = ([0; 1024], Vec::new());
    loop {
        match run
            .attempt("a read of 1024", std::io::Read::read(&mut receiver.stream(), &mut buffer))?
        {
            0 => break,
            count => sizes.push(count),
        }
    }
    let (reads, total) = (sizes.len(), sizes.iter().sum::<usize>());
    run.ensure("it took three reads or more", reads >= 3 && total == 3000, format!("{sizes:?}"))
}

fn a_read_can_cut_a_character(run: &mut Run) -> Outcome {
    let (mut sender, mut receiver) = pair(run)?;
    let text = "你".repeat(400);
    sender.send(&text)?;
    receiver.receives(&text.as_bytes()[..1024])?;
    let valid = std::str::from_utf8(&text.as_bytes()[..1024]).map_err(|why| why.valid_up_to());
    run.ensure("decoding stops at byte 1023", valid == Err(1023), format!("{valid:?}"))
}

fn record_a_refusal(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    let address = closed.address.to_string();
    let mut client = run.start_other(&program!("lesson01"), &[&address])?;
    client.exits_with(1)?;
    let wrote = client.stderr().replace(&address, TUTORIAL_ADDRESS);
    run.recorded("readme-refused", &format!("$ cargo run -p lesson01\n{wrote}"))
}

fn record_the_original(run: &mut Run) -> Outcome {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/original.py");
    let mut original = run.start_other(&Subject::python("original.py", file), &[])?;
    original.exits_with(1)?;
    // The reason after the class of the error depends on the name service.
    let wrote = grader::without_frames(&original.stderr());
    let class = wrote.split_once("gaierror").map(|(before, _)| format!("{before}gaierror: ...\n"));
    let shown = class.unwrap_or(wrote);
    run.recorded("client-original", &format!("$ python3 lessons/lesson01/original.py\n{shown}"))
}

fn record_a_placeholder(run: &mut Run) -> Outcome {
    let placeholder = "192.168.31.xx:9090";
    let mut client = run.start_other(&program!("lesson01"), &[placeholder])?;
    client.exits_with(2)?;
    let wrote = client.stderr();
    run.recorded(
        "client-placeholder",
        &format!("$ cargo run -p lesson01 -- {placeholder}\n{wrote}"),
    )
}

fn record_one_recv(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let mut client = run.start_other(&program!("one_recv_client"), &[&address])?;
    let mut server = listener.accept()?;
    server.receives(GREETING)?;
    server.send("你".repeat(400))?;
    server.close();
    client.exits_with(1)?;
    let wrote = client.stderr();
    run.recorded(
        "client-one-recv",
        &format!("$ cargo run -p lesson01 --bin one_recv_client\n{wrote}"),
    )
}

fn record_the_wrong_encoding(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address();
    let arguments = [&address.to_string(), "--encoding", "gbk"];
    let mut client = run.start_other(&program!("lesson01"), &arguments)?;
    let mut server = listener.accept()?;
    server.receives_to_end()?;
    server.send(REPLY)?;
    server.close();
    client.exits_with(1)?;
    let wrote = client.stderr().replace(&address.to_string(), TUTORIAL_ADDRESS);
    run.recorded("client-gbk", &format!("$ cargo run -p lesson01 -- --encoding gbk\n{wrote}"))
}

fn record_the_pair(run: &mut Run) -> Outcome {
    let mut server = run.start_other(&Subject::of_lesson("lesson02"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    let mut client = run.start_other(&program!("lesson01"), &[&address.to_string()])?;
    client.exits_with(0)?;
    server.exits_with(0)?;
    let served = server.stdout().replace(&address.to_string(), TUTORIAL_ADDRESS);
    run.recorded("pair-server", &format!("$ cargo run -p lesson02\n{served}"))?;
    run.recorded("pair-client", &format!("$ cargo run -p lesson01\n{}", client.stdout()))
}

/// Both ends of one connection.
fn pair(run: &mut Run) -> Outcome<(grader::Peer, grader::Peer)> {
    let mut listener = run.listen()?;
    let client = run.connect(listener.address())?;
    Ok((client, listener.accept()?))
}

fn main() -> ExitCode {
    Lesson::new("lesson01", env!("CARGO_MANIFEST_DIR"))
        .checks(CHECKS)
        .checks(&contract::PROGRAM)
        .facts(FACTS)
        .program(program!("lesson01"))
        .fault(
            program!("one_recv_client"),
            &[
                "exchanges_messages",
                "prints_the_whole_reply",
                "reports_no_reply",
                "gives_up_connecting",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
                "reports_a_reset",
                "bounds_the_reply",
                "speaks_the_encoding_it_is_told",
            ],
        )
        .fault(
            program!("decode_each_chunk"),
            &["prints_the_whole_reply", "bounds_the_reply", "speaks_the_encoding_it_is_told"],
        )
        .fault(
            program!("replace_bad_bytes"),
            &[
                "reports_bytes_that_are_not_text",
                "bounds_the_reply",
                "speaks_the_encoding_it_is_told",
            ],
        )
        .fault(
            program!("limit_each_read"),
            &["gives_up_on_a_dripping_server", "speaks_the_encoding_it_is_told"],
        )
        .fault(
            program!("ignore_errors"),
            &[
                "reports_no_reply",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
                "reports_a_reset",
                "bounds_the_reply",
                "speaks_the_encoding_it_is_told",
            ],
        )
        .fault(
            program!("panicking_client"),
            &[
                "reports_no_reply",
                "reports_a_refusal",
                "gives_up_connecting",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
                "reports_a_reset",
                "reports_bytes_that_are_not_text",
                "bounds_the_reply",
                "speaks_the_encoding_it_is_told",
                "answers_help",
                "refuses_unknown_options",
                "refuses_bad_addresses",
            ],
        )
        .fault(
            program!("gbk_client"),
            &[
                "exchanges_messages",
                "prints_the_whole_reply",
                "reports_no_reply",
                "reports_a_reset",
                "reports_bytes_that_are_not_text",
                "bounds_the_reply",
                "speaks_the_encoding_it_is_told",
                "is_answered_by_the_mended_python_server",
            ],
        )
        .exercise(Exercise {
            checks: exercise01::CHECKS,
            yours: program!("exercise01"),
            solution: program!("solution01"),
            starter_fails: &[
                "ends_its_side",
                "waits_for_the_end_of_the_reply",
                "takes_a_reply_of_any_length",
                "joins_characters_that_are_cut",
                "reports_no_reply",
                "reports_a_reply_that_breaks_off",
                "reports_bytes_that_are_not_text",
                "reports_half_a_character_at_the_end",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
            ],
        })
        .wrong_answer(
            program!("one_recv_client"),
            &[
                "ends_its_side",
                "waits_for_the_end_of_the_reply",
                "takes_a_reply_of_any_length",
                "joins_characters_that_are_cut",
                "reports_no_reply",
                "reports_a_reply_that_breaks_off",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
            ],
        )
        .wrong_answer(program!("takes_one_line"), &["takes_a_reply_of_any_length"])
        .wrong_answer(program!("fixed_size_buffer"), &["takes_a_reply_of_any_length"])
        .wrong_answer(program!("decode_each_chunk"), &["joins_characters_that_are_cut"])
        .wrong_answer(
            program!("replace_bad_bytes"),
            &["reports_bytes_that_are_not_text", "reports_half_a_character_at_the_end"],
        )
        .wrong_answer(program!("forgets_the_rest"), &["reports_half_a_character_at_the_end"])
        .wrong_answer(program!("limit_each_read"), &["gives_up_on_a_dripping_server"])
        .wrong_answer(
            program!("ignore_errors"),
            &[
                "reports_no_reply",
                "reports_a_reply_that_breaks_off",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
            ],
        )
        .wrong_answer(
            program!("exits_with_zero"),
            &[
                "reports_a_refusal",
                "reports_no_reply",
                "reports_a_reply_that_breaks_off",
                "reports_bytes_that_are_not_text",
                "reports_half_a_character_at_the_end",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
            ],
        )
        .wrong_answer(
            program!("panicking_client"),
            &[
                "reports_a_refusal",
                "reports_no_reply",
                "reports_a_reply_that_breaks_off",
                "reports_bytes_that_are_not_text",
                "reports_half_a_character_at_the_end",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
            ],
        )
        .wrong_answer(
            program!("prints_as_it_comes"),
            &[
                "reports_a_reply_that_breaks_off",
                "reports_bytes_that_are_not_text",
                "reports_half_a_character_at_the_end",
                "gives_up_on_a_dripping_server",
            ],
        )
        .wrong_answer(
            program!("says_more_than_the_reply"),
            &[
                "prints_the_reply",
                "ends_its_side",
                "waits_for_the_end_of_the_reply",
                "takes_a_reply_of_any_length",
                "joins_characters_that_are_cut",
                "reports_no_reply",
                "reports_a_reply_that_breaks_off",
                "reports_bytes_that_are_not_text",
                "reports_half_a_character_at_the_end",
                "gives_up_on_a_silent_server",
                "gives_up_on_a_dripping_server",
            ],
        )
        .trouble(
            Trouble::new(TROUBLE)
                .program(program!("lesson01"))
                .program(program!("solution01"))
                .fault(
                    program!("panicking_client"),
                    &["reports_a_server_that_hangs_up", "reports_a_full_output"],
                )
                .fault(program!("limit_each_read"), &["parts_with_a_server_that_sends_for_ever"])
                .fault(program!("fixed_size_buffer"), &["takes_a_reply_that_just_fits"])
                .fault(program!("gives_up_on_ctrl_z"), &["goes_on_after_ctrl_z"]),
        )
        // The lesson's program has it among its checks.
        .trouble(
            Trouble::new(&[handshake::GIVES_UP_CONNECTING])
                .program(program!("solution01"))
                .fault(program!("panicking_client"), &["gives_up_connecting"]),
        )
        .report(program!("exercise01"), "waits_for_the_end_of_the_reply")
        .report(program!("decode_each_chunk"), "joins_characters_that_are_cut")
        .report(program!("replace_bad_bytes"), "reports_bytes_that_are_not_text")
        .report(program!("exercise01"), "ends_its_side")
        .report(program!("fixed_size_buffer"), "takes_a_reply_of_any_length")
        .main()
}
