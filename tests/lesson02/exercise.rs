//! Exercise 2: a server that serves one client after another, for good.
//!
//! `lessons/lesson02/exercise.rs` is the tutorial's server. It fails on its first client. Make it a server that
//! you could leave running. Its protocol is a little more than the tutorial's.
//!
//! ```text
//! exercise02 [--time-limit SECONDS] ADDRESS:PORT
//! ```
//!
//! **One client is answered.**
//!
//! - The address is such as `127.0.0.1:9090` or `[::1]:9090`. The server listens there,
//!   and at no other address. Its first line on stdout is `listening on ADDRESS:PORT`, with the real port if
//!   the port is 0. (The starter does this.)
//! - A client sends its request, text in UTF-8, and finishes sending. That's where the request ends, and nowhere
//!   else: it may come in many pieces.
//! - The server answers with `common::REPLY`, a newline, and the request's own text, byte for byte, and
//!   finishes sending. A request of 1 MiB (1,048,576 bytes) is answered, even if the client reads slowly.
//!
//! **Then the next.**
//!
//! - After that it serves the next client, and goes on forever. One at a time is enough, while four others wait
//!   in the queue.
//!
//! **Some clients misbehave.**
//!
//! - Some requests are refused: an empty one, one that isn't UTF-8, one of more than 1 MiB, one that a reset
//!   cut off. Such a client gets no reply, its connection is closed right away, and stderr says `error: WHAT:
//!   WHY` with the client's address in it. (If a reset comes before the server has accepted, the server may know no
//!   address.)
//! - A reset can also come after a request, or in the middle of a reply. The next client is served anyway.
//! - When a client has gone, in whatever way, the server keeps nothing of it.
//!
//! **No client holds the server.**
//!
//! - A client holds the server no longer than `--time-limit SECONDS` (10 without it; SECONDS can be a fraction),
//!   whatever it sends, doesn't send or doesn't read. When that time is over, the client is refused in the same
//!   way, not before, and no more than one second later.
//!
//! `common` has helpers for what isn't the point here; read them on the book's page "The helpers in every
//! listing", or do without.
//!
//! To start, delete the first line of `lessons/lesson02/exercise.rs`. Then run this after every change:
//!
//! ```text
//! cargo test -p lesson02 exercise
//! ```
//!
//! The checks are in the order in which you might meet them. Each starts your server and is its clients. To start
//! over, `cargo grade --reset exercise02`. In another language: `SUBJECT="python3 my_server.py" cargo test -p
//! lesson02`. One good answer, for afterwards, is `lessons/lesson02/solution.rs`.

use std::net::{Ipv6Addr, SocketAddr};
use std::time::Duration;

use common::{GREETING, REPLY};
use grader::{
    ANY_PORT, ANY_PORT_OF_IPV6, Broken, Check, Hint, Needs, Outcome, Peer, Run, check, has_ipv6,
    is_wine, private_loopback, sockets, text,
};
use socket2::SockRef;

use crate::limits;
use crate::refusals::{self, refuses, refuses_a_byte_too_many, reports_a_reset};
use crate::robustness::Requests;
use servers::addresses::{listens_nowhere_else, serve_at_a_port};
use servers::one_client_time::{
    ends_a_silent_client_in_time, gives_a_client_ten_seconds, serves_a_hundred_clients,
    survives_a_client_that_is_gone,
};
use servers::robustness::{Protocol, narrow};

/// The longest request, in bytes.
pub const MAX_REQUEST: usize = 1 << 20;

pub const CHECKS: &[Check] = &[
    check("says_where_it_listens", says_where_it_listens)
        .begins("One client is answered", "about 25 lines, half an hour")
        .demands("Started with port 0, the server says which port the kernel chose. It can be reached at that address and port, and at no other address.")
        .hint("Which addresses does your listener have, and which has the user named?")
        .section("02-2-server.html#the-repair"),
    check("answers_a_request", answers_a_request)
        .demands("A client that sends a request and finishes sending gets the reply, a newline and its own text.")
        .hint("A server has two kinds of socket: which of them carries the bytes of this client? And if it is that one: where does a request end, and where does a reply?")
        .section("02-2-server.html#what-goes-wrong"),
    check("reads_the_whole_request", reads_the_whole_request)
        .demands("A request that comes in pieces, cut inside a character or at what looks like an end, is answered when the client has finished sending.")
        .hint("What does one `read` return: the request, or what has arrived of it so far?")
        .section("02-2-server.html#one-read-is-not-one-message"),
    check("answers_any_text", answers_any_text)
        .demands("The reply holds the request's text byte for byte: blanks, ends of line, zeros and a byte order mark, too.")
        .hint("What between `read` and `write` may change a text?")
        .section("02-2-server.html#the-repair"),
    check("answers_a_long_request", answers_a_long_request)
        .demands("A request of 1 MiB, counted in bytes, is read to its end and answered, all of it.")
        .hint("How much does your server read before it replies, and what does the kernel do with a reply if something is still unread when you close?")
        .section("02-2-server.html#after-the-reply"),
    check("answers_a_slow_reader", answers_a_slow_reader)
        .demands("A client that lets the reply to 1 MiB wait, and then reads it, gets all of it.")
        .hint("What does one `write` return when the client has no room, and what becomes of the rest?")
        .section("02-2-server.html#after-the-reply"),
    check("answers_on_ipv6", answers_on_ipv6)
        .demands("With an IPv6 address, such as [::1]:0, it listens there, and at no other address, and answers a client.")
        .hint("Which part of your program takes it for granted that an address has four numbers?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::Ipv6),
    check("serves_the_next_client", serves_the_next_client)
        .begins("Then the next", "about 5 lines, a quarter of an hour")
        .demands("Five clients that wait at the same time each get the reply to their own request, and so does one that comes later, byte for byte. The server still listens at no other address.")
        .hint("How often does your server call `accept`, and what does it do after its first client?")
        .section("02-2-server.html#one-client-only"),
    check("survives_an_empty_request", survives_an_empty_request)
        .begins("Some clients do wrong", "about 25 lines, three quarters of an hour")
        .demands("A client that finishes sending without having sent anything gets no reply and is reported, which means that an error names its address; the next is served.")
        .hint("What does `read` return first for such a client, and does your loop go on after it?")
        .section("02-2-server.html#the-repair"),
    check("survives_bytes_that_are_not_text", survives_bytes_that_are_not_text)
        .demands("A request that is not UTF-8 (GBK, half a character, a surrogate, a zero in two bytes) gets no reply and is reported (an error names its address); the next client is served.")
        .hint("Which decoder fails on bytes that are not UTF-8, and whom does its error concern: this client or all of them?")
        .section("02-2-server.html#the-repair"),
    check("survives_a_reset", survives_a_reset)
        .demands("A client that resets its connection in its request is reported (an error names its address); the next is served, also when the reset comes before a request, after one, or in the middle of a reply.")
        .hint("Which `Result`s become an `Err` when a client goes away, and whom does that error concern?")
        .section("02-2-server.html#the-repair"),
    check("refuses_a_request_that_is_too_long", refuses_a_request_that_is_too_long)
        .demands("A client that sends more than 1 MiB is cut off and reported (an error names its address); the next is served.")
        .hint("How many bytes must your server read to know that a request is too long?")
        .section("02-2-server.html#the-repair"),
    check("serves_a_hundred_clients", serves_a_hundred_clients::<Requests>)
        .demands("A hundred clients are served one after the other, a thousand cut their connections off, and some do so in the middle of their replies: no descriptor, memory or file of theirs is left. The server still listens at no other address.")
        .hint("When is the connection of a client closed, on each of the ways that your code can take?")
        .section("02-2-server.html#one-client-only"),
    check("gives_up_on_a_silent_client", limits::gives_up_on_a_silent_client)
        .begins("No client holds the server", "about 5 lines, half an hour")
        .demands("A client that says nothing holds the server no longer than --time-limit and is reported (an error names its address); the next is served.")
        .hint("For how long does `read` wait if you haven't told it?")
        .section("02-2-server.html#the-repair"),
    check("gives_up_on_a_slow_sender", limits::gives_up_on_a_slow_sender)
        .demands("A client that sends a byte now and then holds the server no longer than --time-limit, and is reported (an error names its address).")
        .hint("What does your time limit measure: one `read`, or the conversation?")
        .section("02-2-server.html#the-repair"),
    check("gives_up_on_a_client_that_never_reads", limits::gives_up_on_a_client_that_never_reads)
        .demands("A client that sends slowly and never reads its reply, or reads a little now and then, is reported (an error names its address) when its limit is over; the next is served, and doesn't wait for one whose reply is on its way.")
        .hint("Which of your calls waits for a client that does not read, and how much of its time is left by then?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::Unix),
    check("ends_a_silent_client_in_time", ends_a_silent_client_in_time::<Requests>)
        .demands("With a time limit of 1.3 seconds, in IPv4 and IPv6, a client that stays silent, or says something only just before they're over, is ended then, not earlier, and less than a second later. Of clients whose time is over, no descriptor is left.")
        .hint("From which moment does your limit count, and how often does it begin anew?")
        .section("02-2-server.html#the-repair"),
    check("refuses_on_ipv6", refusals::refuses_on_ipv6)
        .demands("With an IPv6 address it's the same: a client whose request is empty, no UTF-8, too long or cut off by a reset, or whose time is over, is reported (an error names its address), and the next is served.")
        .hint("How does your program write the address of a client, and which of its lines know only one family?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::Ipv6),
    check("gives_a_client_time", limits::gives_a_client_time)
        .demands("Without --time-limit, a client that is silent for two seconds and a half, before its request, in it or before it reads, is answered.")
        .hint("Which limit has a client if the user gives none?")
        .section("02-2-server.html#the-repair")
        .takes_long(),
    check("gives_a_client_ten_seconds", gives_a_client_ten_seconds::<Requests>)
        .demands("Without --time-limit, a client that stays silent, or says something only just before its ten seconds are over, is ended then, not earlier, and less than a second later.")
        .hint("How long may a conversation last if the user gives no limit, and which of your calls knows that?")
        .section("02-2-server.html#the-repair")
        .takes_long(),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "answers_a_request",
    "reads_the_whole_request",
    "answers_any_text",
    "answers_a_long_request",
    "answers_a_slow_reader",
    "answers_on_ipv6",
    "serves_the_next_client",
    "survives_an_empty_request",
    "survives_bytes_that_are_not_text",
    "survives_a_reset",
    "refuses_a_request_that_is_too_long",
    "serves_a_hundred_clients",
    "gives_up_on_a_silent_client",
    "gives_up_on_a_slow_sender",
    "gives_up_on_a_client_that_never_reads",
    "ends_a_silent_client_in_time",
    "refuses_on_ipv6",
    "gives_a_client_time",
    "gives_a_client_ten_seconds",
];

fn says_where_it_listens(run: &mut Run) -> Outcome {
    let told = private_loopback();
    let (server, address) = run.serve_with(&[&SocketAddr::new(told, 0).to_string()])?;
    let is_there = address.ip() == told && address.port() != 0;
    run.ensure(text!("the address is {told}, and the port a real one", told), is_there, address)
        .hint("Who knows the address and the port: the command line, or the listener?")?;
    run.connect(address)?.close();
    listens_nowhere_else(run, &server, address)?;
    serve_at_a_port(run).map(drop)
}

fn answers_a_request(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    is_answered(&mut client, GREETING)
}

fn serves_the_next_client(run: &mut Run) -> Outcome {
    let addresses: &[&str] = if has_ipv6() { &[ANY_PORT, ANY_PORT_OF_IPV6] } else { &[ANY_PORT] };
    addresses.iter().try_for_each(|address| serves_five_that_wait(run, address))
}

fn serves_five_that_wait(run: &mut Run, address: &str) -> Outcome {
    let (server, address) = run.serve_with(&[address])?;
    let mut clients = Vec::new();
    for number in 1..=5 {
        let mut client = run.connect_as(&text!("client {number}", number), address)?;
        let text = run.text(12);
        // Of each only the start, so that a server may have the starts of all at the same time.
        let start = text.chars().next().map_or(0, char::len_utf8);
        client.send(&text[..start])?;
        clients.push((client, text, start));
    }
    server.waits_until_idle();
    for (client, text, start) in &mut clients {
        client.send(&text[*start..])?;
        client.finish_sending()?;
        // A server that's gone is another matter than one that mixes its clients' texts.
        client.receives(reply(""))?;
        client.receives_all(text).hint(
            "Whose text is that, and what is where your server keeps it when the next client comes?",
        )?;
    }
    let mut later = run.connect_as("a client that comes later", address)?;
    is_answered(&mut later, "\u{feff} \r\nlater \0\n ")
        .hint("What between `read` and `write` may change a text, and since when?")?;
    listens_nowhere_else(run, &server, address)
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
    // Pieces that look like an end.
    let pieces = ["\n", "\n\n", "\r\n\r\n", "\0", "\n.\r\n", "the end"];
    let pieces = [&[rest], &pieces.map(str::as_bytes)[..]].concat();
    client.send_in_chunks(&pieces)?;
    client.finish_sending()?;
    let request = [&[start], &pieces[..]].concat().concat();
    client.receives_all([reply("").as_bytes(), &request].concat())?;

    // A byte order mark, half an end of line and a character of four bytes, all of them cut.
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let text = "\u{feff}\r\n\u{1f600}\r";
    client.send_in_chunks(&text.bytes().map(|byte| [byte]).collect::<Vec<_>>())?;
    client.finish_sending()?;
    client.receives_all(reply(text))
}

fn answers_any_text(run: &mut Run) -> Outcome {
    let drawn = run.text(300);
    let texts = [
        " blanks on both sides \t",
        "\r\nlines\r\nand\nmore\n\n",
        "a zero \0 inside\0",
        "\u{feff}a byte order mark",
        "\u{fffd} and \u{d7ff}\u{e000} and \u{10fffd}",
        "\x1b[1mcontrol\x07\x7f\u{85}",
        "e\u{301} is not \u{e9}",
        "\n",
        "%s %n {} \\n \"",
        &drawn,
    ];
    for text in texts {
        answers_its_first_client(run, text)?;
    }
    Ok(())
}

/// The longest request, of characters of three bytes.
pub fn longest(last: &str) -> String {
    format!("{}{last}", "你".repeat(MAX_REQUEST / 3))
}

fn answers_a_long_request(run: &mut Run) -> Outcome {
    let request = &"a mebibyte! ".repeat(1 << 17)[..MAX_REQUEST];
    answers_its_first_client(run, request).or_else(|broken| {
        // A reset is what the check's own question is about.
        let words = ["reset by peer", "forcibly closed", "Broken pipe"];
        match words.iter().any(|words| broken.got.contains(words)) {
            true => Err(broken),
            false => Err(broken).hint("How many bytes does your server take, how many does it send back, and what counts them?"),
        }
    })?;
    answers_its_first_client(run, &longest("x"))
        .map_err(|broken| Broken { hint: None, ..broken })
        .hint("Here a character has three bytes: what in your server counts characters, or cuts one in two?")
}

/// A server that has just been started answers. It doesn't have to serve a second client.
fn answers_its_first_client(run: &mut Run, request: &str) -> Outcome {
    let (server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    is_answered(&mut client, request).or_else(|broken| {
        server.waits_until_idle();
        match server.stderr().contains("error: ") {
            true => Err(broken).hint("What does your server find wrong with this request, and which ones are to be refused?"),
            false => Err(broken),
        }
    })
}

fn answers_a_slow_reader(run: &mut Run) -> Outcome {
    let (server, address) = run.serve()?;
    let mut client = asks_for_a_long_reply(run, address)?;
    client.has_unread_input()?;
    // The rest of the reply has no room.
    run.becomes_idle(&server)?;
    let room = SockRef::from(client.stream()).set_recv_buffer_size(1 << 20);
    run.attempt("the client begins to read", room)?;
    client.receives_all(reply(&"x".repeat(MAX_REQUEST)))
}

fn answers_on_ipv6(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(&[ANY_PORT_OF_IPV6])?;
    let is_there = address.ip() == Ipv6Addr::LOCALHOST && address.port() != 0;
    run.ensure("it listens on [::1]", is_there, address)?;
    listens_nowhere_else(run, &server, address)?;
    serves_another(run, address)
}

fn survives_an_empty_request(run: &mut Run) -> Outcome {
    refuses(run, ANY_PORT, &[b""])
}

fn survives_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    refuses(
        run,
        ANY_PORT,
        &[
            // `你好` in GBK, the other encoding of the tutorial.
            b"\xc4\xe3\xba\xc3",
            // Half a character at the end.
            b"text\xe4\xbd",
            // A surrogate, and a character in two of them.
            b"\xed\xa0\x80",
            b"\xed\xa0\xbd\xed\xb8\x80",
            // A zero and a slash that are longer than need be, and a character beyond the last.
            b"\xc0\x80",
            b"\xe0\x80\xaf",
            b"\xf0\x80\x80\xaf",
            b"\xf4\x90\x80\x80",
            // A byte that is never in a text, after a long one that is.
            &[&[b'x'; 70_000][..], b"\xff"].concat(),
        ],
    )
}

fn survives_a_reset(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    reports_a_reset(run, &mut server, address)?;

    // In Wine, `accept` fails for a client that has gone before it, and resets the next one.
    if !is_wine() {
        run.connect_as("a client that says nothing", address)?.reset();
        serves_another(run, address)?;
    }
    survives_a_client_that_is_gone::<Requests>(run, &mut server, address).hint(
        "What does a write to a client that has gone do to your process, and to your loop?",
    )?;
    let mut greedy = asks_for_a_long_reply(run, address)?;
    // The rest of the reply has no room: the server is in the middle of it.
    let _ = greedy.has_unread_input();
    let mut next = run.connect_as("the client that waits", address)?;
    Requests::asks(&mut next)?;
    greedy.reset();
    Requests::is_answered(&mut next)?;
    serves_another(run, address)
}

pub fn asks_for_a_long_reply(run: &mut Run, address: SocketAddr) -> Outcome<Peer> {
    let stream = run.attempt("a client with small buffers connects", narrow(address))?;
    run.step("it sends a request of 1 MiB, and waits until its reply has begun");
    Requests::sends_without_reading(&stream);
    Ok(run.peer(stream, "the client with small buffers"))
}

fn refuses_a_request_that_is_too_long(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_with(&["--time-limit", "60", "127.0.0.1:0"])?;
    refuses_a_byte_too_many(run, &mut server, address, &"x".repeat(MAX_REQUEST + 1))?;
    refuses_a_byte_too_many(run, &mut server, address, &longest("é"))
        .hint("Here a character has three bytes: which of the two does your server count?")?;

    let mut client = run.connect(address)?;
    // A server may read on for a moment, so that its end of the connection is a clean one. But it has to close
    // before its limit of a minute is over, and so before the check's own.
    client.sends_until_cut_off(usize::MAX).hint(
        "What ends your reading when a client sends and sends, long before its time is over?",
    )?;
    client.receives_no_reply()?;
    server.reports(client.local())?;
    serves_another(run, address)
}

/// What the server answers to a request.
pub fn reply(request: &str) -> String {
    format!("{REPLY}\n{request}")
}

/// A client that comes now is served.
pub fn serves_another(run: &mut Run, address: SocketAddr) -> Outcome {
    let mut client = run.connect_as("another client", address)?;
    is_answered(&mut client, GREETING)
}

/// The client sends a whole request and gets a whole reply.
pub fn is_answered(client: &mut Peer, request: &str) -> Outcome {
    client.send(request)?;
    client.finish_sending()?;
    client.receives_all(reply(request))
}
