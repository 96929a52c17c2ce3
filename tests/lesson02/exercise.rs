//! Exercise 2: a server that serves one client after another, for good.
//!
//! `lessons/lesson02/exercise.rs` is the tutorial's server. It fails on its first client. Make a server
//! of it that people could leave running. Its protocol is a little more than the tutorial's:
//!
//! - A client sends its request, text in UTF-8, and ends its side. There the request ends, and nowhere
//!   else: it may come in many pieces.
//! - The server answers with `common::REPLY`, a newline, and the request's own text, and ends its side.
//!   Then it serves the next client. One at a time is enough.
//! - Some requests are refused: an empty one, one that is not UTF-8, one of more than 1 MiB
//!   (1,048,576 bytes), one that a reset broke off. Such a client gets no reply, its connection is
//!   closed, and stderr says `error: WHAT: WHY` with the client's address in it.
//! - A reset can come in the middle of a reply, too. The next client is served all the same.
//! - A client holds the server no longer than `--time-limit SECONDS` (10 if nobody says otherwise),
//!   whatever it sends or does not send. Then it is refused in the same way.
//!
//! The first line on stdout is `listening on ADDRESS:PORT`, as the starter has it. `common` has helpers
//! for what is not the point here; read them, or do without.
//!
//! To start, delete the first line of `lessons/lesson02/exercise.rs`. Then, after every change:
//!
//! ```text
//! cargo test -p lesson02 exercise
//! ```
//!
//! The checks stand here in the order in which you might meet them. Each starts your server and is its
//! clients. In another language: `SUBJECT="python3 my_server.py" cargo test -p lesson02`.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use common::{GREETING, REPLY};
use grader::{Check, Needs, Outcome, Peer, Run, check, sockets, ways_to_end};
use socket2::SockRef;

use servers::one_client::serves_the_next_after_a_slow_sender;
use servers::robustness::{Protocol, cut_anywhere, narrow, runs_again};

/// The longest request, in bytes.
const MAX_REQUEST: usize = 1 << 20;

pub const CHECKS: &[Check] = &[
    check("answers_a_request", answers_a_request)
        .demands("A client that sends a request and ends its side gets the reply, a newline and its own text.")
        .hint("A server has two kinds of socket: which of them carries the bytes of this client? And if it is that one: where does a request end, and where does a reply?")
        .section("02-2-server.html#what-goes-wrong"),
    check("serves_the_next_client", serves_the_next_client)
        .demands("Clients that stand in the queue are served in turn, and so is one that comes later.")
        .hint("How often does your server call `accept`, and what does it do after its first client?")
        .section("02-2-server.html#one-client-only"),
    check("reads_the_whole_request", reads_the_whole_request)
        .demands("A request that comes in pieces, cut inside a character, is answered when the client has ended its side.")
        .hint("What does one `read` return: the request, or what has arrived of it so far?")
        .section("02-2-server.html#one-read-is-not-one-message"),
    check("answers_a_long_request", answers_a_long_request)
        .demands("A request of 1 MiB is read to its end and answered, all of it.")
        .hint("How much does your server read before it replies, and what does the kernel do with a reply if something is still unread when you close?")
        .section("02-2-server.html#after-the-reply"),
    check("survives_an_empty_request", survives_an_empty_request)
        .demands("A client that ends its side without a word gets no reply and is reported; the next is served.")
        .hint("What does `read` return first for such a client, and does your loop go on after it?")
        .section("02-2-server.html#the-repair"),
    check("survives_bytes_that_are_not_text", survives_bytes_that_are_not_text)
        .demands("A request that is not UTF-8 gets no reply and is reported; the next client is served.")
        .hint("Which decoder fails on bytes that are not UTF-8, and whom does its error concern: this client or all of them?")
        .section("02-2-server.html#the-repair"),
    check("survives_a_reset", survives_a_reset)
        .demands("A client that resets its connection is reported; the next is served, also when the reset comes in the middle of a reply.")
        .hint("Which `Result`s become an `Err` when a client breaks off, and whom does that error concern?")
        .section("02-2-server.html#the-repair"),
    check("refuses_a_request_that_is_too_long", refuses_a_request_that_is_too_long)
        .demands("A client that sends more than 1 MiB is cut off and reported; the next is served.")
        .hint("How many bytes must your server read to know that a request is too long?")
        .section("02-2-server.html#the-repair"),
    check("gives_up_on_a_silent_client", gives_up_on_a_silent_client)
        .demands("A client that says nothing holds the server no longer than --time-limit and is reported; the next is served.")
        .hint("For how long does `read` wait if nobody has told it?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::Unix),
    check("gives_up_on_a_slow_sender", gives_up_on_a_slow_sender)
        .demands("A client that sends a byte now and then holds the server no longer than --time-limit, and is reported.")
        .hint("What does your time limit measure: one `read`, or the conversation?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::Unix),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "answers_a_request",
    "serves_the_next_client",
    "reads_the_whole_request",
    "answers_a_long_request",
    "survives_an_empty_request",
    "survives_bytes_that_are_not_text",
    "survives_a_reset",
    "refuses_a_request_that_is_too_long",
    "gives_up_on_a_silent_client",
    "gives_up_on_a_slow_sender",
];

fn answers_a_request(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    is_answered(&mut client, GREETING)
}

fn serves_the_next_client(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut first = run.connect_as("the first client", address)?;
    let mut second = run.connect_as("the second client", address)?;
    is_answered(&mut first, "the first")?;
    is_answered(&mut second, "the second")?;
    serves_another(run, address)
}

fn reads_the_whole_request(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let (start, rest) = GREETING.as_bytes().split_at(GREETING.find('是').map_or(1, |at| at + 1));
    let name = client.local();
    client.send(start)?;
    // Where the kernel does not say so, the silence below gives the server time to read.
    run.until("the server has read that much", || {
        let socket = sockets::socket_between(address, name);
        socket.is_none_or(|socket| socket.receive_queue == 0).then_some(())
    })?;
    client.receives_nothing_for(Duration::from_millis(20))?;
    client.send(rest)?;
    client.finish_sending()?;
    client.receives_all(reply(GREETING))
}

fn answers_a_long_request(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let request = &"a mebibyte! ".repeat(1 << 17)[..MAX_REQUEST];
    let mut client = run.connect(address)?;
    is_answered(&mut client, request)
}

fn survives_an_empty_request(run: &mut Run) -> Outcome {
    refuses(run, b"")
}

fn survives_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    // `你好` in GBK, the other encoding of the tutorial.
    refuses(run, b"\xc4\xe3\xba\xc3")
}

fn refuses(run: &mut Run, request: &[u8]) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    if !request.is_empty() {
        client.send(request)?;
    }
    client.finish_sending()?;
    client.receives_no_reply()?;
    server.reports(client.local())?;
    serves_another(run, address)
}

fn survives_a_reset(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let client = run.connect(address)?;
    let name = client.local();
    client.reset();
    server.reports(name)?;
    serves_another(run, address)?;

    let mut greedy = asks_for_a_long_reply(run, address)?;
    // The rest of the reply has no room: the server is in the middle of it.
    let _ = greedy.has_unread_input();
    let mut next = run.connect_as("the client that waits", address)?;
    Requests::asks(&mut next)?;
    greedy.reset();
    Requests::is_answered(&mut next)?;
    serves_another(run, address)
}

fn asks_for_a_long_reply(run: &mut Run, address: SocketAddr) -> Outcome<Peer> {
    let stream = run.attempt("a client with small buffers connects", narrow(address))?;
    run.step("it sends a request of 1 MiB, and waits until its reply has begun");
    Requests::sends_without_reading(&stream);
    Ok(run.peer(stream, "the client with small buffers"))
}

fn refuses_a_request_that_is_too_long(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect_as("a client with a byte too many", address)?;
    run.step(format!("it sends {} bytes", MAX_REQUEST + 1));
    // The server may have closed before the last of them.
    let _ = client.write_all(&[b'x'; MAX_REQUEST + 1], "the server reads the request");
    let _ = client.stream().shutdown(Shutdown::Write);
    client.receives_no_reply()?;
    server.reports(client.local())?;

    let mut client = run.connect(address)?;
    // Far more than the kernels keep between the two: the server has to close.
    client.sends_until_cut_off(64 << 20)?;
    client.receives_no_reply()?;
    server.reports(client.local())?;
    serves_another(run, address)
}

fn gives_up_on_a_silent_client(run: &mut Run) -> Outcome {
    run.with_deadline(|run, limit| {
        gives_up_on_silence(run, limit)?;
        Ok(true)
    })
}

fn gives_up_on_silence(run: &mut Run, limit: Duration) -> Outcome {
    let seconds = limit.as_secs_f64().to_string();
    let (mut server, address) = run.serve_with(&["--time-limit", &seconds, "127.0.0.1:0"])?;
    // Asleep until the next client's request is there: only the silent one takes time.
    server.suspend()?;
    let mut silent = run.connect_as("the silent client", address)?;
    let mut next = run.connect_as("the next client", address)?;
    next.send(GREETING)?;
    next.finish_sending()?;
    let since = Instant::now();
    server.resume()?;
    next.receives_all(reply(GREETING))?;
    silent.receives_no_reply()?;
    server.reports(silent.local())?;
    run.shorter_than_default(since)
}

fn gives_up_on_a_slow_sender(run: &mut Run) -> Outcome {
    run.with_deadline(gives_up_on_a_steady_sender)
}

/// Whether the drip was steady; if it was not, a limit for each `read` has done as well.
fn gives_up_on_a_steady_sender(run: &mut Run, limit: Duration) -> Outcome<bool> {
    let (mut server, dripping, steady) =
        serves_the_next_after_a_slow_sender::<Requests>(run, limit)?;
    server.reports(dripping)?;
    Ok(steady)
}

/// What the server answers to a request.
fn reply(request: &str) -> String {
    format!("{REPLY}\n{request}")
}

/// A client that comes now is served.
fn serves_another(run: &mut Run, address: SocketAddr) -> Outcome {
    let mut client = run.connect_as("another client", address)?;
    is_answered(&mut client, GREETING)
}

/// The client sends a whole request and gets a whole reply.
fn is_answered(client: &mut Peer, request: &str) -> Outcome {
    client.send(request)?;
    client.finish_sending()?;
    client.receives_all(reply(request))
}

/// What else can happen to a server for requests.
pub const ROBUSTNESS: &[Check] = &[
    check("answers_requests_cut_anywhere", answers_requests_cut_anywhere)
        .demands("A request is answered the same wherever it is cut in two, and when it comes byte by byte.")
        .hint("Which of your steps takes it for granted that a piece ends where a character ends?")
        .section("02-2-server.html#one-read-is-not-one-message"),
    check("ends_in_the_middle_of_a_reply", ends_in_the_middle_of_a_reply)
        .demands("SIGTERM or Ctrl-C ends the server: its client gets the part of the reply that was written, and an end; the next run has the port at once.")
        .hint("Which process gets the signal, and which others have the client's connection, or the port?")
        .section("03-threads.html#stopping")
        .needs(Needs::Linux),
];

fn answers_requests_cut_anywhere(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let text = "né你🦀";
    for pieces in cut_anywhere(text) {
        let mut client = run.connect(address)?;
        client.send_in_chunks(&pieces)?;
        client.finish_sending()?;
        client.receives_all(reply(text))?;
    }
    Ok(())
}

fn ends_in_the_middle_of_a_reply(run: &mut Run) -> Outcome {
    for tell_to_end in ways_to_end() {
        let (mut server, address) = run.serve_on_own_address()?;
        let mut client = asks_for_a_long_reply(run, address)?;
        client.has_unread_input()?;
        // The rest of the reply has no room.
        run.becomes_idle(&server)?;
        tell_to_end(&mut server)?;
        // Not before its end: with room for the rest, a server that hears of it late writes all.
        server.ends()?;
        let room = SockRef::from(client.stream()).set_recv_buffer_size(1 << 20);
        run.attempt("the client begins to read", room)?;
        // Nothing was unread, so the kernel sends what it has, and then an end like any other: only
        // somebody who knows the length can tell that more was to come.
        let got = client.receives_to_end()?;
        let is_a_part = got.starts_with(REPLY.as_bytes()) && got.len() < MAX_REQUEST;
        run.ensure("that is a part of the reply", is_a_part, grader::quote(&got))?;
        runs_again::<Requests>(run, address)?;
    }
    Ok(())
}

/// A request ends where the client's stream ends.
pub struct Requests;

impl Protocol for Requests {
    const SECTION: &'static str = "02-2-server.html#the-repair";
    const MAKES_OTHERS_WAIT: bool = true;
    const HALF: &'static [u8] = b"\xe4\xbd";

    fn asks(client: &mut Peer) -> Outcome {
        client.send(GREETING)?;
        client.finish_sending()
    }

    fn is_answered(client: &mut Peer) -> Outcome {
        client.receives_all(reply(GREETING))
    }

    fn sends_much(client: &mut Peer) -> Outcome {
        let request = "x".repeat(256 << 10);
        client.write_all(request.as_bytes(), "the server reads the request")?;
        client.finish_sending()?;
        client.receives_all(reply(&request))
    }

    fn sends_without_reading(mut stream: &TcpStream) {
        // The longest request that is allowed, so that the reply is as long.
        let _ = stream.write_all(&[b'x'; MAX_REQUEST]);
        let _ = stream.shutdown(Shutdown::Write);
    }
}
