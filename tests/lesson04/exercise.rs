//! Exercise 4: a server for many clients, where one line is one message.
//!
//! `lessons/lesson04/exercise.rs` serves one client who types a line now and then. Make a server of it
//! that serves everybody at once, and whose answers do not depend on how TCP cuts the bytes into pieces.
//! Lesson 4's program answers every *piece*, as the tutorial does; here the protocol says what a message
//! is:
//!
//! - A client sends lines: text in UTF-8 that ends in `\n`. A line may come in many pieces, and a piece
//!   may hold many lines. The server answers each line with `common::REPLY`, a space, the line's text and
//!   `\n`, in order, as soon as the line is complete.
//! - A last line without `\n`, before the client ends its side, is answered too. When the client has ended
//!   its side and all is answered, the server ends its own.
//! - Clients are served at the same time. Whatever one does, or does not do, is no other's business.
//! - A line longer than 64 KiB (65,536 bytes without its `\n`), bytes that are not UTF-8, or a reset end
//!   that client, and only that one. The lines before it are answered. stderr says `error: WHAT: WHY`
//!   with the client's address in it.
//! - When `accept` fails, because no descriptor is left, stderr says so, as an `error: `, a few times a
//!   second at most. Those who are connected are served, the others wait in the queue, and the server does
//!   not keep a processor busy. A client that has gone leaves neither a descriptor nor a thread behind.
//! - On Ctrl-C nobody is accepted any more: the listener is closed, new clients are refused. The lines
//!   that have arrived are answered (not a piece of one whose end has not come), everybody's connection is
//!   ended, and the program exits with code 0.
//!   All of that takes no more than 2 seconds, whatever the clients do, and also while `accept` fails. A
//!   client that does not read its replies is cut off then. The crate `ctrlc` is there for you; lesson 4's
//!   chapter shows how a thread is called out of `accept`.
//!
//! The first line on stdout is `listening on ADDRESS:PORT`, as the starter has it. `common` has helpers
//! for what is not the point here; read them, or do without.
//!
//! To start, delete the first line of `lessons/lesson04/exercise.rs`. Then, after every change:
//!
//! ```text
//! cargo test -p lesson04 exercise
//! ```
//!
//! The checks stand here in the order in which you might meet them. Each starts your server and is its
//! clients. In another language: `SUBJECT="python3 my_server.py" cargo test -p lesson04`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::{GREETING, REPLY};
use grader::{Check, Needs, Outcome, Peer, Program, Run, check, sockets};
use socket2::SockRef;

use servers::many_clients::{self, is_over_soon};
use servers::robustness::{Protocol, cut_anywhere, narrow};

const SECTION: &str = "03-threads.html#exercise";

pub const CHECKS: &[Check] = &[
    check("answers_a_line", answers_a_line)
        .demands("A line is answered with the reply, a space and its own text; after the client's end comes the server's.")
        .hint("What does your server owe a client after its line, and what after its end? What does `read` return then?")
        .section(SECTION),
    check("answers_every_line", answers_every_line)
        .demands("Lines that arrive together are answered one by one, in order, an empty one too.")
        .hint("How many lines can one `read` take, and who keeps those that you have not looked at yet?")
        .section(SECTION),
    check("joins_the_chunks_of_a_line", joins_the_chunks_of_a_line)
        .demands("A line that arrives in pieces, cut inside a character, is answered once, when it is complete.")
        .hint("How do you know that a line is complete, and where are its pieces until then?")
        .section("03-threads.html#a-character-in-two-pieces"),
    check("answers_the_last_line", answers_the_last_line)
        .demands("A last line without `\\n` is answered when the client ends its side.")
        .hint("What is in your buffer when the stream ends, and what becomes of it?")
        .section(SECTION),
    check("serves_clients_at_the_same_time", serves_clients_at_the_same_time)
        .demands("Clients are served while another says nothing, and a third is in the middle of a line.")
        .hint("In which call does your program wait for the silent client, and who or what has to wait with it?")
        .section("03-threads.html#the-repair"),
    check("closes_on_bytes_that_are_not_text", closes_on_bytes_that_are_not_text)
        .demands("A client that sends bytes that are not UTF-8 is reported and ended; the others are served.")
        .hint("Which decoder fails on bytes that are not UTF-8, and whom does its error concern?")
        .section("03-threads.html#nobody-disturbs-the-others"),
    check("closes_on_a_line_that_is_too_long", closes_on_a_line_that_is_too_long)
        .demands("A line of 64 KiB is answered; a client whose line goes on is reported and cut off.")
        .hint("How much of a line do you read before you ask how long it is, and do you count its `\\n`?")
        .section("03-threads.html#nobody-disturbs-the-others"),
    check("survives_a_reset", survives_a_reset)
        .demands("A client that resets its connection, in the middle of a line or after one, is reported; the others are served.")
        .hint("What becomes of an error, or a panic, in the thread of one client, and of a lock that it holds?")
        .section("03-threads.html#nobody-disturbs-the-others"),
    check("leaves_nothing_behind", leaves_nothing_behind)
        .demands("After 50 clients, the server has no more descriptors and threads than before.")
        .hint("When a client has gone, does its thread end? And what else of yours still holds the connection?")
        .section("03-threads.html#threads-have-a-price")
        .needs(Needs::Linux),
    check("survives_without_descriptors", survives_without_descriptors)
        .demands("When no descriptor is left, that is said, clients wait, the server does not spin, and goes on.")
        .hint("The client stays in the queue when `accept` fails: what does the next `accept` do, and when is it worth a try?")
        .section("03-threads.html#when-accept-fails")
        .needs(Needs::Linux),
    check("stops_on_ctrl_c", stops_on_ctrl_c)
        .demands("Ctrl-C ends all connections and the server, with exit code 0, though clients are connected.")
        .hint("In which call does each of your threads wait, and what wakes it? What becomes of half a line then?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
    check("stops_without_descriptors", stops_without_descriptors)
        .demands("Ctrl-C ends the server, with exit code 0, while no descriptor is left and clients wait in the queue.")
        .hint("When `accept` fails again and again, which line of your loop looks whether to stop?")
        .section("03-threads.html#stopping")
        .needs(Needs::Linux),
    check("finishes_lines_that_have_arrived", finishes_lines_that_have_arrived)
        .demands("After Ctrl-C, new clients are refused, and the lines that have arrived are answered, all of them.")
        .hint("What becomes of a thread that is writing when `main` returns, or when you end the side on which it writes?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
    check("stops_in_time", stops_in_time)
        .demands("After Ctrl-C, a client that does not read its replies cannot hold the server.")
        .hint("How long does `write` wait for a client that does not read, and how long do you wait for the thread?")
        .section("03-threads.html#stopping")
        .needs(Needs::Unix),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "answers_every_line",
    "joins_the_chunks_of_a_line",
    "answers_the_last_line",
    "serves_clients_at_the_same_time",
    "closes_on_bytes_that_are_not_text",
    "closes_on_a_line_that_is_too_long",
    "survives_a_reset",
    "survives_without_descriptors",
    "stops_on_ctrl_c",
    "stops_without_descriptors",
    "finishes_lines_that_have_arrived",
    "stops_in_time",
];

/// The longest line, in bytes, without its end.
const MAX_LINE: usize = 64 << 10;

fn answers_a_line(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    client.finish_sending()?;
    client.receives_end()
}

fn answers_every_line(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send("one\ntwo\n\nfour\n")?;
    for line in ["one", "two", "", "four"] {
        client.receives(reply(line))?;
    }
    is_served(&mut client)
}

fn joins_the_chunks_of_a_line(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let (start, rest) = GREETING.as_bytes().split_at(GREETING.find('是').map_or(1, |at| at + 1));
    client.send_in_chunks(&[start, rest])?;
    client.receives_nothing_for(Duration::from_millis(20))?;
    // The end of one line, and the start of the next.
    client.send("\nnext")?;
    client.receives(reply(GREETING))?;
    client.send(" line\n")?;
    client.receives(reply("next line"))
}

fn answers_the_last_line(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send(format!("{GREETING}\nthe last"))?;
    client.finish_sending()?;
    client.receives(reply(GREETING))?;
    client.receives_all(reply("the last"))
}

fn serves_clients_at_the_same_time(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let _silent = run.connect_as("the silent client", address)?;
    let mut slow = run.connect_as("the slow client", address)?;
    slow.send("half a ")?;
    let mut third = run.connect_as("the third client", address)?;
    let mut fourth = run.connect_as("the fourth client", address)?;
    for _ in 0..3 {
        is_served(&mut third)?;
        is_served(&mut fourth)?;
    }
    slow.has_been_read()?;
    slow.send("line\n")?;
    slow.receives(reply("half a line"))
}

fn closes_on_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let (mut server, address, mut other) = serve_another(run)?;
    let mut client = run.connect_as("the client", address)?;
    is_served(&mut client)?;
    // `你好` in GBK, the other encoding of the tutorial.
    client.send(b"\xc4\xe3\xba\xc3\n")?;
    client.receives_no_reply()?;
    server.reports(client.local())?;
    serves_on(run, address, &mut other)
}

fn closes_on_a_line_that_is_too_long(run: &mut Run) -> Outcome {
    let (mut server, address, mut other) = serve_another(run)?;
    let mut client = run.connect_as("the client", address)?;
    let longest = "x".repeat(MAX_LINE);
    client.send(format!("{longest}\n"))?;
    client.receives(reply(&longest))?;
    let mut one_more = run.connect_as("a client with a byte too many", address)?;
    one_more.send(format!("{longest}x\n"))?;
    one_more.receives_no_reply()?;
    server.reports(one_more.local())?;
    // Far more than the kernels keep between the two: the server has to close.
    client.sends_until_cut_off(64 << 20)?;
    server.reports(client.local())?;
    serves_on(run, address, &mut other)
}

fn survives_a_reset(run: &mut Run) -> Outcome {
    let (mut server, address, mut other) = serve_another(run)?;
    let mut client = run.connect_as("the client", address)?;
    is_served(&mut client)?;
    client.send("half a ")?;
    let name = client.local();
    client.reset();
    server.reports(name)?;
    let mut client = run.connect_as("a client that has its reply", address)?;
    is_served(&mut client)?;
    let name = client.local();
    client.reset();
    server.reports(name)?;
    serves_on(run, address, &mut other)
}

fn leaves_nothing_behind(run: &mut Run) -> Outcome {
    many_clients::leaves_nothing_behind(run, is_served)
}

fn survives_without_descriptors(run: &mut Run) -> Outcome {
    // A line each twenty milliseconds is more than anybody needs; a server that spins writes thousands.
    let few = |time: Duration| 10 + time.as_millis() as usize / 20;
    many_clients::survives_without_descriptors(run, is_served, few)
}

fn stops_without_descriptors(run: &mut Run) -> Outcome {
    many_clients::stops_without_descriptors(run, is_served)
}

fn stops_on_ctrl_c(run: &mut Run) -> Outcome {
    let (mut server, address, mut idle) = serve_another(run)?;
    let mut slow = run.connect_as("the slow client", address)?;
    is_served(&mut slow)?;
    slow.send("half a ")?;
    slow.has_been_read()?;
    server.interrupt()?;
    let since = Instant::now();
    idle.receives_end()?;
    slow.receives_end()?;
    server.exits_with(0)?;
    is_over_soon(run, &server, since)
}

fn finishes_lines_that_have_arrived(run: &mut Run) -> Outcome {
    finishes_lines_at(run, Program::interrupt)
}

fn finishes_lines_on_sigterm(run: &mut Run) -> Outcome {
    finishes_lines_at(run, Program::terminate)
}

fn finishes_lines_at(run: &mut Run, signal: fn(&mut Program) -> Outcome) -> Outcome {
    let mut tries = 3;
    loop {
        let (mut server, address) = run.serve_on_own_address()?;
        let client = reads_nothing(run, address)?;
        signal(&mut server)?;
        let since = Instant::now();
        let outcome = finishes_lines(run, server, client);
        tries -= 1;
        // A server waits for such a client, but not for ever: on a machine that is very busy, a second
        // may not do. A program that is wrong is so each time.
        let in_vain = outcome.is_err() && since.elapsed() > Duration::from_secs(1);
        if !in_vain || tries == 0 || !run.starts_over() {
            return outcome;
        }
    }
}

fn finishes_lines(
    run: &mut Run,
    mut server: Program,
    (mut client, replies): (Peer, String),
) -> Outcome {
    let address = client.remote();
    run.becomes_refused(address)?;
    // A program that exits may be about to: until it has, its threads would still serve who reads.
    server.waits_until_idle();
    // Room for all replies at once, so that reading takes no time.
    let room = SockRef::from(client.stream()).set_recv_buffer_size(1 << 20);
    run.attempt("the client begins to read", room)?;
    client.receives_all(replies)?;
    server.exits_with(0)
}

fn stops_in_time(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let _greedy = reads_nothing(run, address)?;
    many_clients::stops(run, &mut server)
}

/// A client that has sent many lines and reads no reply, and the replies, which are more than the
/// kernels keep between the two: the server has to wait in the middle of them.
fn reads_nothing(run: &mut Run, address: SocketAddr) -> Outcome<(Peer, String)> {
    let stream = run.attempt("a client with small buffers connects", narrow(address))?;
    let mut client = run.peer(stream, "the client");
    // So that it is not in the listener's queue any more.
    is_served(&mut client)?;
    let numbers = || (1..=LINES).map(|number| number.to_string());
    client.send(numbers().map(|number| number + "\n").collect::<String>())?;
    let name = client.local();
    run.until("the lines have arrived", || {
        // Where the kernel does not say so, they arrive as fast as they are sent.
        let socket = sockets::socket_between(name, address);
        socket.is_none_or(|socket| socket.send_queue == 0).then_some(())
    })?;
    Ok((client, numbers().map(|number| reply(&number)).collect()))
}

/// How many lines: 20 KiB, which every kernel keeps for a server; their replies are seven times that.
const LINES: usize = 4000;

/// Starts the server, with one client connected and served.
fn serve_another(run: &mut Run) -> Outcome<(Program, SocketAddr, Peer)> {
    let (server, address) = run.serve()?;
    let mut other = run.connect_as("the other client", address)?;
    is_served(&mut other)?;
    Ok((server, address, other))
}

/// The client that was there before is served, and so is one that comes now.
fn serves_on(run: &mut Run, address: SocketAddr, other: &mut Peer) -> Outcome {
    is_served(other)?;
    is_served(&mut run.connect_as("a new client", address)?)
}

/// What the server answers to a line.
fn reply(line: &str) -> String {
    format!("{REPLY} {line}\n")
}

fn is_served(client: &mut Peer) -> Outcome {
    client.send(format!("{GREETING}\n"))?;
    client.receives(reply(GREETING))
}

/// What else can happen to a server for lines.
pub const ROBUSTNESS: &[Check] = &[
    check("answers_lines_cut_anywhere", answers_lines_cut_anywhere)
        .demands("Two lines are answered the same wherever they are cut in two, and when they come byte by byte.")
        .hint("What do you still have of a line when the next piece comes?")
        .section(SECTION),
    check("refuses_a_long_line_that_comes_slowly", refuses_a_long_line_that_comes_slowly)
        .demands("A line of 80 KiB is refused, also when its second half comes a while after the first.")
        .hint("Of what is your limit: of one read, or of the line?")
        .section(SECTION),
    check("closes_after_its_replies", closes_after_its_replies)
        .demands("A client whose replies wait for room gets them all before it is parted with.")
        .hint("What does the kernel do with what it has not sent yet when the connection is closed with unread input?")
        .section("03-threads.html#nobody-disturbs-the-others"),
    check("finishes_lines_on_sigterm", finishes_lines_on_sigterm)
        .demands("SIGTERM, too, lets lines that have arrived be answered.")
        .hint("Which signals does your program know, and does it do the same for all of them?")
        .section(SECTION)
        .needs(Needs::Unix),
];

fn answers_lines_cut_anywhere(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    for pieces in cut_anywhere("né你🦀\nb\n") {
        let mut client = run.connect(address)?;
        client.send_in_chunks(&pieces)?;
        client.receives(reply("né你🦀"))?;
        client.receives(reply("b"))?;
    }
    Ok(())
}

fn refuses_a_long_line_that_comes_slowly(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let half = "x".repeat(40 << 10);
    client.send(&half)?;
    client.receives_nothing_for(Duration::from_millis(250))?;
    client.send(&half)?;
    client.receives_no_reply()?;
    server.reports(client.local())
}

fn closes_after_its_replies(run: &mut Run) -> Outcome {
    let line = "x".repeat(8 << 10);
    let replies = many_clients::parts_with(run, format!("{line}\n").as_bytes())?;
    let got = grader::quote(&replies);
    run.ensure("that is the reply, all of it", replies == reply(&line).as_bytes(), got)
}

/// A line is a request.
pub struct Lines;

impl Protocol for Lines {
    const SECTION: &'static str = SECTION;
    const TAKES_A_MEGABYTE: bool = false;
    const HALF: &'static [u8] = b"\xe4\xbd";

    fn asks(client: &mut Peer) -> Outcome {
        client.send(format!("{GREETING}\n"))
    }

    fn is_answered(client: &mut Peer) -> Outcome {
        client.receives(reply(GREETING))
    }

    fn sends_much(client: &mut Peer) -> Outcome {
        let line = "x".repeat((32 << 10) - 1);
        for _ in 0..8 {
            client.send(format!("{line}\n"))?;
            client.receives(reply(&line))?;
        }
        Ok(())
    }
}
