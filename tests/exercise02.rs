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

use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::time::Duration;

use common::{GREETING, REPLY, kernel};
use grader::{Check, Needs, Outcome, Peer, Run, check};

const SECTION: &str = "02-2-server.html#exercise";

pub const CHECKS: &[Check] = &[
    check("answers_a_request", answers_a_request)
        .demands("A client that sends a request and ends its side gets the reply, a newline and its own text.")
        .hint("A server has two kinds of socket: which of them carries the bytes of this client?")
        .section(SECTION),
    check("serves_the_next_client", serves_the_next_client)
        .demands("Clients that stand in the queue are served in turn, and so is one that comes later.")
        .hint("How often does your server call `accept`, and what does it do after its first client?")
        .section(SECTION),
    check("reads_the_whole_request", reads_the_whole_request)
        .demands("A request that comes in pieces, cut inside a character, is answered when the client has ended its side.")
        .hint("What does one `read` return: the request, or what has arrived of it so far?")
        .section(SECTION),
    check("answers_a_long_request", answers_a_long_request)
        .demands("A request of 1 MiB is read to its end and answered, all of it.")
        .hint("Has your server read everything when it closes, and what does the kernel do if not?")
        .section(SECTION),
    check("survives_an_empty_request", survives_an_empty_request)
        .demands("A client that ends its side without a word gets no reply and is reported; the next is served.")
        .hint("What can be said of a client whose stream ends before its first byte?")
        .section(SECTION),
    check("survives_bytes_that_are_not_text", survives_bytes_that_are_not_text)
        .demands("A request that is not UTF-8 gets no reply and is reported; the next client is served.")
        .hint("Which decoder of Rust fails on bytes that are not UTF-8, and who takes its error?")
        .section(SECTION),
    check("survives_a_reset", survives_a_reset)
        .demands("A client that resets its connection is reported; the next is served.")
        .hint("Which `Result` becomes an `Err` when a client breaks off, and where does that error go?")
        .section(SECTION),
    check("refuses_a_request_that_is_too_long", refuses_a_request_that_is_too_long)
        .demands("A client that sends more than 1 MiB is cut off and reported; the next is served.")
        .hint("How many bytes must your server read to know that a request is too long?")
        .section(SECTION),
    check("gives_up_on_a_silent_client", gives_up_on_a_silent_client)
        .demands("A client that says nothing holds the server no longer than --time-limit and is reported; the next is served.")
        .hint("For how long does `read` wait if nobody told it?")
        .section(SECTION)
        .needs(Needs::Unix),
    check("gives_up_on_a_dripping_client", gives_up_on_a_dripping_client)
        .demands("A client that sends a byte now and then holds the server no longer than --time-limit, and is reported.")
        .hint("What does your time limit measure: one `read`, or the conversation?")
        .section(SECTION)
        .needs(Needs::Unix),
];

fn answers_a_request(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    is_served(run, address, GREETING)
}

fn serves_the_next_client(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut first = run.connect(address)?;
    let mut second = run.connect(address)?;
    for (client, request) in [(&mut first, "the first"), (&mut second, "the second")] {
        client.send(request)?;
        client.end()?;
        client.receives_all(reply(request))?;
    }
    is_served(run, address, "one that came later")
}

fn reads_the_whole_request(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let (start, rest) = GREETING.as_bytes().split_at(GREETING.find('是').map_or(1, |at| at + 1));
    client.send(start)?;
    has_been_read(run, &client)?;
    client.receives_nothing_for(Duration::from_millis(20))?;
    client.send(rest)?;
    client.end()?;
    client.receives_all(reply(GREETING))
}

fn answers_a_long_request(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    is_served(run, address, &"a mebibyte! ".repeat(1 << 17)[..1 << 20])
}

fn survives_an_empty_request(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.end()?;
    client.receives_no_reply()?;
    server.complains("error: ")?;
    server.complains(&client.local().to_string())?;
    is_served(run, address, GREETING)
}

fn survives_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    // `你好` in GBK, the other encoding of the tutorial.
    client.send(b"\xc4\xe3\xba\xc3")?;
    client.end()?;
    client.receives_no_reply()?;
    server.complains("error: ")?;
    server.complains(&client.local().to_string())?;
    is_served(run, address, GREETING)
}

fn survives_a_reset(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let client = run.connect(address)?;
    let name = client.local().to_string();
    client.reset();
    server.complains("error: ")?;
    server.complains(&name)?;
    is_served(run, address, GREETING)
}

fn refuses_a_request_that_is_too_long(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    // Far more than the kernels keep between the two: the server has to close.
    client.sends_until_cut_off(64 << 20)?;
    client.receives_no_reply()?;
    server.complains("error: ")?;
    server.complains(&client.local().to_string())?;
    is_served(run, address, GREETING)
}

fn gives_up_on_a_silent_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--time-limit", "0.3", "127.0.0.1:0"])?;
    // Asleep until the next client's request is there, so that only the silent one takes time.
    server.suspend()?;
    let mut silent = run.connect(address)?;
    let mut next = run.connect(address)?;
    next.send(GREETING)?;
    next.end()?;
    server.resume()?;
    next.receives_all(reply(GREETING))?;
    silent.receives_no_reply()?;
    server.complains("error: ")?;
    server.complains(&silent.local().to_string())
}

fn gives_up_on_a_dripping_client(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--time-limit", "0.4", "127.0.0.1:0"])?;
    server.suspend()?;
    let mut dripping = run.connect(address)?;
    let mut next = run.connect(address)?;
    dripping.send("a")?;
    next.send(GREETING)?;
    next.end()?;
    server.resume()?;
    is_answered_while_another_drips(run, &next, &mut dripping)?;
    next.receives_all(reply(GREETING))?;
    server.complains("error: ")?;
    server.complains(&dripping.local().to_string())
}

/// What the server answers to a request.
fn reply(request: &str) -> String {
    format!("{REPLY}\n{request}")
}

/// A client comes now, and is served.
fn is_served(run: &mut Run, address: SocketAddr, request: &str) -> Outcome {
    let mut client = run.connect(address)?;
    client.send(request)?;
    client.end()?;
    client.receives_all(reply(request))
}

/// Waits until the program has read all that the client has sent; where the kernel does not say so,
/// not at all.
fn has_been_read(run: &mut Run, client: &Peer) -> Outcome {
    run.until("the server has read that much", || {
        let socket = kernel::socket_between(client.remote(), client.local());
        socket.is_none_or(|socket| socket.receive_queue == 0).then_some(())
    })
}

/// Waits until something comes for `client`. Meanwhile the other one sends a byte at each look.
fn is_answered_while_another_drips(run: &mut Run, client: &Peer, other: &mut Peer) -> Outcome {
    let blocks = |run: &mut Run, blocking: bool| {
        run.attempt("look without waiting", client.stream().set_nonblocking(!blocking))
    };
    blocks(run, false)?;
    run.until("client 2 gets an answer while the first goes on dripping", || {
        // When it has been cut off, this fails: just what is wanted.
        let _ = other.stream().write(b".");
        let looked = client.stream().peek(&mut [0]);
        (!looked.is_err_and(|why| why.kind() == ErrorKind::WouldBlock)).then_some(())
    })?;
    blocks(run, true)
}
