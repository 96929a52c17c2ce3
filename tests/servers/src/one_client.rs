//! What every server for one client must do: the checks that lesson 2 and lesson 3 share.
//!
//! It listens, accepts one client, prints who that is, replies, finishes sending, reads the client's
//! message to its end, prints it, and exits with code 0. The reply goes out as soon as something has
//! arrived, because the tutorial's client waits for it without ending its own side.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::{GREETING, REPLY};
use grader::{Check, Finished, Needs, Outcome, Program, Run, Subject, check, lesson_folder};

pub const CHECKS: &[Check] = &[
    check("serves_the_tutorials_client", serves_the_tutorials_client)
        .demands("A client that sends a message and waits for the reply, with its own side open, is served.")
        .hint("On which of its two sockets can a server read what a client sends?")
        .section("02-2-server.html#the-repair"),
    check("serves_a_client_that_finishes_sending", serves_a_client_that_finishes_sending)
        .demands("A client that finishes sending after its message is served, too.")
        .hint("Does the server still reply when the client's stream has ended?")
        .section("02-2-server.html#the-repair"),
    check("reads_the_whole_message", reads_the_whole_message)
        .demands("A message that arrives in pieces, cut inside a character, is read to its end.")
        .hint("What does one `read` return: the message, or what has arrived of it so far?")
        .section("02-2-server.html#one-read-is-not-one-message"),
    check("delivers_the_whole_reply", delivers_the_whole_reply)
        .demands("A client that sends a megabyte gets the whole reply and then a clean end.")
        .hint("What does the kernel do with a connection that is closed before all input is read?")
        .section("02-2-server.html#after-the-reply"),
    check("reports_a_reset", reports_a_reset)
        .demands("A client that resets the connection is reported, with exit code 1.")
        .hint("Which error does `read` return when the peer broke the connection off?")
        .section("02-2-server.html#the-repair")
        // In Wine, `accept` fails for a client that has gone before it.
        .needs(Needs::NotWine),
    check("reports_an_empty_message", reports_an_empty_message)
        .demands("If a client closes without sending anything, that isn't an empty message.")
        .hint("What does it mean when `read` returns 0?")
        .section("02-2-server.html#the-repair"),
    check("reports_bytes_that_are_not_text", reports_bytes_that_are_not_text)
        .demands("Bytes that are not UTF-8 are reported; the client still gets its reply.")
        .hint("What becomes of the bytes that a lossy decoder cannot read?")
        .section("02-2-server.html#the-repair"),
    check("bounds_the_message", bounds_the_message)
        .demands("A message of 4 MiB is read; a client that sends more is cut off, and that is said.")
        .hint("How much memory may a stranger make your program use?")
        .section("02-2-server.html#the-repair"),
    check("gives_up_on_a_silent_client", gives_up_on_a_silent_client)
        .demands("A client that says nothing holds the server no longer than the time limit.")
        .hint("For how long does `read` wait if you haven't told it?")
        .section("02-2-server.html#the-repair"),
    check("gives_up_on_a_slow_sender", gives_up_on_a_slow_sender)
        .demands("A client that sends a byte now and then holds the server no longer than the time limit.")
        .hint("What does your time limit measure: one `read`, or the conversation?")
        .section("02-2-server.html#the-repair"),
    check("serves_the_mended_python_client", serves_the_mended_python_client)
        .demands("The tutorial's own client, mended, gets its reply.")
        .hint("Which program fails first, and what does it say?")
        .section("02-2-server.html#run-it")
        .needs(Needs::Program("python3")),
    check("serves_nc", serves_nc)
        .demands("nc, the plainest client there is, gets its reply.")
        .hint("What can you see when you talk to the server by hand?")
        .section("02-2-server.html#run-it")
        .needs(Needs::Program("nc")),
    check("serves_socat", serves_socat)
        .demands("socat gets its reply.")
        .hint("What can you see when you talk to the server by hand?")
        .section("02-2-server.html#run-it")
        .needs(Needs::Program("socat")),
];

fn serves_the_tutorials_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let name = client.local().to_string();
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    client.close();
    server.says(&name)?;
    server.says(GREETING)?;
    server.exits_with(0)
}

fn serves_a_client_that_finishes_sending(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    server.says(GREETING)?;
    server.exits_with(0)
}

fn reads_the_whole_message(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    // The reply proves that the server has read the first piece, and only that.
    let (first, rest) = GREETING.as_bytes().split_at(1);
    client.send(first)?;
    client.receives(REPLY)?;
    client.send(rest)?;
    client.finish_sending()?;
    client.receives_end()?;
    server.says(GREETING)?;
    server.exits_with(0)
}

fn delivers_the_whole_reply(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send("x".repeat(1 << 20))?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    server.exits_with(0)
}

fn reports_a_reset(run: &mut Run) -> Outcome {
    // A busy machine may stop the server for longer than its usual limit, which it would report instead.
    let (mut server, address) = run.serve_with(&["--time-limit", "60", "127.0.0.1:0"])?;
    let client = run.connect(address)?;
    client.reset();
    server.exits_with(1)?;
    server.complains("error: ")?;
    server.complains("reset")
}

fn reports_an_empty_message(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    run.connect(address)?.close();
    server.exits_with(1)?;
    server.complains("error: no message")
}

fn reports_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    // `你好` in GBK, the other encoding of the tutorial.
    client.send(b"\xc4\xe3\xba\xc3")?;
    client.receives_all(REPLY)?;
    client.close();
    server.exits_with(1)?;
    server.complains("error: ")?;
    server.complains("UTF-8")
}

fn bounds_the_message(run: &mut Run) -> Outcome {
    sends_so_much(run, MAX_MESSAGE)?.exited_with(0)?;
    sends_so_much(run, MAX_MESSAGE + 1)?.exited_with(1)?.complained("longer than")?;
    let (mut server, address) = run.serve()?;
    let client = run.connect(address)?;
    let mut stream = client.stream();
    // The server stops reading at its limit and closes: from then on, sending fails.
    let chunk = vec![b'x'; 64 << 10];
    let sent = (0..128).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    client.close();
    run.ensure(
        "the client can send its first megabyte",
        sent > 16,
        format!("{sent} chunks of 64 KiB"),
    )?;
    server.exits_with(1)?;
    server.complains("longer than")
}

/// The longest message, in bytes.
const MAX_MESSAGE: usize = 4 << 20;

/// Starts the server for a client that sends so many bytes and finishes sending.
fn sends_so_much(run: &mut Run, length: usize) -> Outcome<Finished> {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    run.step(format!("it sends {length} bytes"));
    client.write_all(&vec![b'x'; length], "the server reads the message")?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    server.finishes()
}

fn gives_up_on_a_silent_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--time-limit", "0.2", "127.0.0.1:0"])?;
    let since = Instant::now();
    let mut client = run.connect(address)?;
    client.receives_end()?;
    server.exits_with(1)?;
    server.complains("timed out")?;
    run.shorter_than_default(since)
}

fn gives_up_on_a_slow_sender(run: &mut Run) -> Outcome {
    run.with_deadline(gives_up_on_a_steady_sender)
}

/// Whether the drip was steady; if it was not, a limit for each `read` has done as well.
fn gives_up_on_a_steady_sender(run: &mut Run, limit: Duration) -> Outcome<bool> {
    let seconds = limit.as_secs_f64().to_string();
    let (mut server, address) = run.serve_with(&["--time-limit", &seconds, "127.0.0.1:0"])?;
    // The first pause is that before the first byte, and the server may wait as soon as there is a connection.
    let since = Instant::now();
    let client = run.connect(address)?;
    // It ends when the server has gone.
    let drip = client.sends_slowly(since)?;
    let outcome = server.ends();
    server.kill()?;
    let pause = drip.join().map_err(|_| run.broken("a client that drips", "a panic"))?;
    // Whether it was cut off before its first byte or after it depends on how busy the machine is.
    let code = outcome?.status.code();
    run.ensure("the exit code is 0 or 1", matches!(code, Some(0 | 1)), format!("{code:?}"))?;
    Ok(pause < limit / 2)
}

fn serves_the_mended_python_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let client = Subject::python("mended.py", lesson_folder("lesson01").join("mended.py"));
    let mut client = run.start_other(&client, &[&address.to_string()])?;
    client.says(REPLY)?;
    client.exits_with(0)?;
    server.says(GREETING)?;
    server.exits_with(0)
}

fn serves_nc(run: &mut Run) -> Outcome {
    serves_tool(run, |at| Subject::tool(&["nc", &at.ip().to_string(), &at.port().to_string()]))
}

fn serves_socat(run: &mut Run) -> Outcome {
    serves_tool(run, |at| Subject::tool(&["socat", "-", &format!("TCP:{at}")]))
}

fn serves_tool(run: &mut Run, tool: fn(SocketAddr) -> Subject) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.start_other(&tool(address), &[])?;
    client.types(&format!("{GREETING}\n"))?;
    client.says(REPLY)?;
    client.ends_input();
    server.says(GREETING)?;
    server.exits_with(0)
}

/// A client's message makes the tutorial's server crash before it has read it: the client is reset.
pub fn crashes_with_unread_input(
    run: &mut Run,
    server: &mut Program,
    address: SocketAddr,
) -> Outcome {
    // Asleep until the message is there: otherwise it might crash before the message comes.
    server.suspend()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    run.message_waits_at(address)?;
    server.resume()?;
    client.is_reset()?;
    server.exits_with(1)
}
