//! The second milestone of exercise 4: limits, descriptors, Ctrl-C.

use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use grader::{
    ANY_PORT, ANY_PORT_OF_IPV6, Hint, Needs, Outcome, Peer, Program, Run, is_wine, looked_up,
    sockets, text,
};
use servers::many_clients::{self, in_time};
use servers::robustness::{break_off, reads_slowly};

use crate::lines::*;

/// The longest line, in bytes, without its end.
const MAX_LINE: usize = 64 << 10;

/// Bytes that aren't UTF-8, though some decoders take them.
const NOT_TEXT: &[(&str, &[u8])] = &[
    // `你好` in GBK, the other encoding of the tutorial.
    (looked_up("the client with GBK"), b"\xc4\xe3\xba\xc3"),
    (looked_up("the client with half a surrogate pair"), b"a\xed\xa0\x80b"),
    (looked_up("the client with an overlong zero"), b"\xc0\x80"),
    (looked_up("the client with an overlong slash"), b"\xe0\x80\xaf"),
    (looked_up("the client with an overlong slash"), b"\xf0\x80\x80\xaf"),
    (looked_up("the client with a character beyond U+10FFFF"), b"\xf4\x90\x80\x80"),
    (looked_up("the client with half a character"), b"\xe4\xbd"),
    (looked_up("the client with one wrong byte"), b"text \xff text"),
];

const DUE: &str = "Which lines were complete before the one that is wrong, and have they been answered when your server ends the client?";
const DISTURBED: &str = "What becomes of the other clients when the thread of one ends by an error, or by a panic, and of a lock that it holds?";
const REPORTS: &str = "Where do your errors go, how do they begin, and do they name the client by its address and port?";
const ENDS: &str = "What does the client see of your error, and which call ends its connection?";

pub fn closes_on_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    closes_on_bytes_at(run, ANY_PORT, NOT_TEXT)?;
    closes_after_its_replies(run).hint("What does the kernel do with replies that it has not sent yet, when the connection is closed with unread input?")
}

fn closes_on_bytes_at(run: &mut Run, at: &str, not_text: &[(&str, &[u8])]) -> Outcome {
    let (mut server, address, mut other) = serve_another_at(run, at)?;
    for (name, bytes) in not_text {
        let mut client = run.connect_as(name, address)?;
        is_served(&mut client).hint(DISTURBED)?;
        let line = words(run, 6);
        client.send([line.as_bytes(), b"\n", bytes, b"\nthe next line\n"].concat())?;
        client.receives(reply(&line)).hint(DUE)?;
        client.receives_no_reply()?;
        server.reports(client.local()).hint(REPORTS)?;
    }
    let mut cut = run.connect_as("the client with half a character at its end", address)?;
    cut.send(b"one\n\xe4\xbd")?;
    cut.finish_sending()?;
    cut.receives(reply("one")).hint(DUE)?;
    cut.receives_no_reply()?;
    server.reports(cut.local()).hint(REPORTS)?;
    // Its replies wait for room, and then comes what ends it.
    let (mut late, replies) = reads_nothing(run, address, 0)?;
    late.send(b"\xff\n")?;
    server.waits_until_idle();
    begins_to_read(run, &late)?;
    late.receives(replies).hint(DUE)?;
    late.receives_no_reply()?;
    server.reports(late.local()).hint(REPORTS)?;
    serves_on(run, address, &mut other).hint(DISTURBED)
}

const LONGEST: &str = "What do you compare with 65,536: do you count the line's `\\n`, and what is there to count when the line ends with the stream?";

const ROOM: &str = "How much does your buffer hold, and is that the length of one line, or of several and the start of the next?";

const TOO_LONG: &str = "When do you know that a line is too long, what do you count for that, and what becomes of its client then?";

pub fn closes_on_a_line_that_is_too_long(run: &mut Run) -> Outcome {
    closes_on_long_lines_at(run, ANY_PORT)
}

fn closes_on_long_lines_at(run: &mut Run, at: &str) -> Outcome {
    let (mut server, address, mut other) = serve_another_at(run, at)?;
    let mut client = run.connect_as("the client", address)?;
    // The longest, twice: each line has a limit of its own. And the longest in characters of three bytes.
    for longest in ["x".repeat(MAX_LINE), "y".repeat(MAX_LINE), "你".repeat(MAX_LINE / 3)] {
        client.send(format!("{longest}\n"))?;
        client.receives(reply(&longest)).hint(LONGEST)?;
    }
    let longest = "z".repeat(MAX_LINE);
    client.send(&longest)?;
    client.finish_sending()?;
    client.receives_all(reply(&longest)).hint(LONGEST)?;
    // A buffer that holds more than one line may hold more than the longest.
    client = run.connect_as("a client with two lines in one piece", address)?;
    client.send(format!("{longest}\n{longest}\n"))?;
    client.receives(reply(&longest) + &reply(&longest)).hint(ROOM)?;
    for (name, line) in [
        (looked_up("the client with a byte too many"), format!("{longest}x\n")),
        (
            looked_up("the client with too many bytes in few characters"),
            "你".repeat(MAX_LINE / 3 + 1) + "\n",
        ),
        (looked_up("the client with a last line that is too long"), format!("{longest}x")),
        (looked_up("the client with a byte too many before its `\\n`"), format!("{longest}\r\n")),
    ] {
        let mut client = run.connect_as(name, address)?;
        // What comes behind such a line is no line any more. A client that has finished sending can't tell.
        if line.ends_with('\n') {
            client.send(format!("one\n{line}next\n"))?;
        } else {
            client.send(format!("one\n{line}"))?;
            client.finish_sending()?;
        }
        client.receives(reply("one")).hint(DUE)?;
        client.receives_no_reply().hint(TOO_LONG)?;
        server.reports(client.local()).hint(REPORTS)?;
    }
    let endless = run.connect_as("the client with an endless line", address)?;
    is_cut_off(run, &endless)?;
    server.reports(endless.local()).hint(REPORTS)?;
    serves_on(run, address, &mut other).hint(DISTURBED)
}

/// The client sends on, 16 MiB a second at most, until the server has ended the connection. How much of that
/// the server still reads is its own business.
fn is_cut_off(run: &mut Run, client: &Peer) -> Outcome {
    run.attempt("its writes don't wait", client.stream().set_nonblocking(true))?;
    run.until("it sends on and on, until the server has closed the connection", || {
        let written = { client.stream() }.write(&[b'x'; 32 << 10]);
        let kind = written.err()?.kind();
        (kind != ErrorKind::WouldBlock && kind != ErrorKind::Interrupted).then_some(())
    })
    .hint(ENDS)
}

pub fn survives_a_reset(run: &mut Run) -> Outcome {
    let (mut server, address, mut other) = serve_another(run)?;
    let mut client = run.connect_as("the client", address)?;
    is_served(&mut client)?;
    client.send("half a ")?;
    // A reset takes what it overtakes with it.
    if client.has_been_read()? {
        let name = client.local();
        client.reset();
        server.reports(name).hint(REPORTS)?;
    }
    // In Wine, a reset behind data that has been read may look like an end of the stream.
    if !is_wine() {
        let mut client = run.connect_as("a client that has its reply", address)?;
        is_served(&mut client)?;
        let name = client.local();
        client.reset();
        server.reports(name).hint(REPORTS)?;
        // The server waits in `write`, so it's this call that fails.
        let (client, _) = reads_nothing(run, address, 8000)?;
        server.waits_until_idle();
        let name = client.local();
        client.reset();
        server.reports(name).hint("Which of your calls can meet a reset, besides `read`, and what do you do with its error?")?;
    }
    serves_on(run, address, &mut other).hint(DISTURBED)
}

pub fn survives_clients_that_do_not_wait(run: &mut Run) -> Outcome {
    let (mut server, address, mut other) = serve_another(run)?;
    let mut gone = run.connect_as("a client that is gone right away", address)?;
    gone.send("line\n".repeat(50))?;
    gone.close();
    for _ in 0..2 {
        // The server waits in `write`. After the client's end of the stream, a reset breaks the pipe (EPIPE).
        let (mut client, _) = reads_nothing(run, address, 8000)?;
        client.finish_sending()?;
        server.waits_until_idle();
        client.close();
    }
    serves_on(run, address, &mut other)?;
    run.becomes_idle(&server)?;
    serves_on(run, address, &mut other)?;
    // Where the system says how much memory a program has.
    if Needs::Usage.missing().is_none() {
        cannot_fill_the_memory(run, &server, address)?;
        serves_on(run, address, &mut other)?;
    }
    server.still_runs()
}

/// A client sends more and more, and reads nothing: at some point the server has to leave it unread.
fn cannot_fill_the_memory(run: &mut Run, server: &Program, address: SocketAddr) -> Outcome {
    const MUCH: usize = 48 << 20;
    let greedy = run.connect_as("a client that reads nothing", address)?;
    run.attempt("its writes don't wait", greedy.stream().set_nonblocking(true))?;
    let before = server.usage()?.memory;
    run.step("it sends lines of 8 KiB until the server takes no more, 48 MiB of them at most");
    let line = format!("{}\n", "x".repeat((8 << 10) - 1));
    let (mut sent, mut looks) = (0, 0);
    // So many looks in a row at a server that waits, and at a connection that is full.
    while sent < MUCH && looks < 20 && run.has_time(Duration::from_millis(1)) {
        match { greedy.stream() }.write(&line.as_bytes()[sent % line.len()..]) {
            Ok(count) => (sent, looks) = (sent + count, 0),
            Err(why) if why.kind() == ErrorKind::WouldBlock => {
                looks = if server.running_threads().is_empty() { looks + 1 } else { 0 };
                thread::sleep(Duration::from_millis(2));
            }
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    let grown = server.usage()?.memory.saturating_sub(before) as usize;
    let got = text!(
        "{grown} MiB more, after {sent} MiB of lines",
        grown = grown >> 20,
        sent = sent >> 20,
    );
    run.ensure("it needs no more than 24 MiB for that client", grown < MUCH / 2, got).hint(
        "Where are the replies that a client doesn't read, and what could keep you from making more of them?",
    )?;
    greedy.reset();
    Ok(())
}

pub fn leaves_nothing_behind(run: &mut Run) -> Outcome {
    // A thousand clients take more than one does.
    run.grants(Duration::from_secs(2));
    many_clients::leaves_nothing_behind(run, |run, address, number| {
        if number == 0 {
            break_off::<Lines>(run, address, 1000)?;
        }
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        match number % 6 {
            0 => client.send(b"\xff\n")?,
            1 => client.send("half a ")?,
            2 => {
                client.reset();
                return Ok(());
            }
            3 => client.finish_sending()?,
            // The reset comes while the server writes.
            4 => client.send("line\n".repeat(5000))?,
            _ => {}
        }
        client.close();
        Ok(())
    })
}

pub fn survives_without_descriptors(run: &mut Run) -> Outcome {
    many_clients::survives_without_descriptors(run, is_served)
}

pub fn stops_without_descriptors(run: &mut Run) -> Outcome {
    many_clients::stops_without_descriptors(run, is_served)
}

pub fn stops_on_ctrl_c(run: &mut Run) -> Outcome {
    in_time(run, |run| {
        let (mut server, address, mut idle) = serve_another(run)?;
        let mut slow = run.connect_as("the slow client", address)?;
        is_served(&mut slow)?;
        // Longer than many a buffer.
        slow.send("half a ".repeat(300))?;
        // What is unread makes a reset of the end.
        if !slow.has_been_read()? {
            slow.send("line\n")?;
            slow.receives(reply(&("half a ".repeat(300) + "line")))?;
        }
        let mut more = Vec::new();
        for _ in 0..20 {
            let mut client = run.connect(address)?;
            is_served(&mut client)?;
            more.push(client);
        }
        server.interrupt()?;
        let since = Instant::now();
        idle.receives_end()?;
        slow.receives_end().hint("Is the start of a line a line, when its end has not come?")?;
        for client in &mut more {
            client.receives_end()?;
        }
        server.exits_with(0)?;
        Ok(server.ran_since(since))
    })
}

pub fn stops_wherever_it_listens(run: &mut Run) -> Outcome {
    for address in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0"] {
        in_time(run, |run| {
            let (mut server, _) = run.serve_with(&[address])?;
            server.interrupt()?;
            let since = Instant::now();
            server.exits_with(0)?;
            Ok(server.ran_since(since))
        })?;
    }
    Ok(())
}

pub fn finishes_lines_that_have_arrived(run: &mut Run) -> Outcome {
    finishes_lines_at(run, Run::serve_on_own_address, Program::interrupt)
}

pub fn finishes_lines_on_sigterm(run: &mut Run) -> Outcome {
    finishes_lines_at(run, Run::serve_on_own_address, Program::terminate)
}

/// IPv6 has but one loopback address. No other server gets the port there while the client's connection has it: the
/// kernel chooses one that has no connection.
fn serve_in_ipv6(run: &mut Run) -> Outcome<(Program, SocketAddr)> {
    run.serve_with(&[ANY_PORT_OF_IPV6])
}

pub fn does_the_same_in_ipv6(run: &mut Run) -> Outcome {
    closes_on_bytes_at(run, ANY_PORT_OF_IPV6, &NOT_TEXT[..1])?;
    closes_on_long_lines_at(run, ANY_PORT_OF_IPV6)?;
    // In Wine, the kernel has taken all replies by then.
    if is_wine() {
        return Ok(());
    }
    finishes_lines_at(run, serve_in_ipv6, Program::interrupt)
}

fn finishes_lines_at(
    run: &mut Run,
    serve: fn(&mut Run) -> Outcome<(Program, SocketAddr)>,
    signal: fn(&mut Program) -> Outcome,
) -> Outcome {
    let mut tries = 3;
    loop {
        let (mut server, address) = serve(run)?;
        let client = reads_nothing(run, address, 0)?;
        let client = sends_more_lines(run, address, client)?;
        signal(&mut server)?;
        let since = Instant::now();
        let outcome = finishes_lines(run, server, address, client);
        tries -= 1;
        // A server waits for such a client, but not forever: on a machine that is very busy, a second
        // may not do. A program that is wrong is so each time.
        let in_vain = outcome.is_err() && since.elapsed() > Duration::from_secs(1);
        if !in_vain || tries == 0 || !run.starts_over() {
            return outcome;
        }
    }
}

/// Lines that a server may find in its kernel only when the first ones are answered.
fn sends_more_lines(
    run: &mut Run,
    address: SocketAddr,
    (mut client, mut replies): (Peer, String),
) -> Outcome<(Peer, String)> {
    let name = client.local();
    let more: Vec<String> = (1..=1000).map(|number| format!("more {number}")).collect();
    client.send(more.concat_with(|line| format!("{line}\n")))?;
    run.until("these lines have arrived as well", || {
        let socket = sockets::socket_between(name, address);
        socket.is_none_or(|socket| socket.send_queue == 0).then_some(())
    })?;
    replies += &more.concat_with(reply);
    Ok((client, replies))
}

fn finishes_lines(
    run: &mut Run,
    mut server: Program,
    address: SocketAddr,
    (mut client, replies): (Peer, String),
) -> Outcome {
    let since = Instant::now();
    run.becomes_refused(address).hint("Which variable owns your listener, and when is it dropped: before or after the clients have ended?")?;
    // A program that exits may be about to: until it has, its threads would still serve a reader.
    server.waits_until_idle();
    // Without a program, clients are refused as well.
    let refused = since.elapsed().as_millis();
    server.still_runs().map_err(|broken| {
        let expected = text!("the server closes its listener and waits for the client, whose replies it has not sent yet");
        run.broken(expected, text!(
            "new clients were refused after {refused} ms, but the program had ended: {got}",
            refused,
            got = broken.got,
        ))
    })?;
    begins_to_read(run, &client)?;
    client.receives_all(replies)?;
    server.exits_with(0)
}

pub fn stops_in_time(run: &mut Run) -> Outcome {
    in_time(run, |run| {
        let (mut server, address) = run.serve()?;
        // Several, since they may be waited for one after the other.
        let mut greedy = Vec::new();
        for _ in 0..5 {
            greedy.push(reads_nothing(run, address, 0)?);
        }
        let (slow, _) = reads_nothing(run, address, 0)?;
        reads_slowly(run, &slow)?;
        let mut talks = run.connect_as("a client that sends a line every 20 ms", address)?;
        is_served(&mut talks)?;
        sends_lines(run, &talks)?;
        let mut drips = run.connect_as("a client that sends a byte every 20 ms", address)?;
        is_served(&mut drips)?;
        let _drips = drips.sends_slowly(Instant::now())?;
        server.interrupt()?;
        let since = Instant::now();
        server.exits_with(0)?;
        Ok(server.ran_since(since))
    })
}

/// Sends a line again and again, until the connection ends.
fn sends_lines(run: &mut Run, client: &Peer) -> Outcome {
    let mut stream = run.attempt("it begins to send lines", client.stream().try_clone())?;
    thread::spawn(move || {
        while stream.write_all(b"a line\n").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    Ok(())
}

pub fn refuses_a_long_line_that_comes_slowly(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let half = "x".repeat(40 << 10);
    client.send(&half)?;
    client.receives_nothing_for(Duration::from_millis(250))?;
    client.send(&half)?;
    client.receives_no_reply()?;
    server.reports(client.local())
}

pub fn closes_after_its_replies(run: &mut Run) -> Outcome {
    let line = "x".repeat(8 << 10);
    let replies = many_clients::parts_with(run, format!("{line}\n").as_bytes())?;
    let got = grader::quote(&replies);
    run.ensure("that is the reply, all of it", replies == reply(&line).as_bytes(), got)
}
