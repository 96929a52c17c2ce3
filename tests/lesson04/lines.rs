//! The first milestone of exercise 4, lines for many clients, and what both milestones are made of.

use std::io::Write;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use common::{GREETING, REPLY};
use grader::{
    ANY_PORT, ANY_PORT_OF_IPV6, Broken, Hint, Outcome, Peer, Program, Run, looked_up, sockets, text,
};
use servers::addresses::{listens_nowhere_else, serve_at_a_port};
use servers::robustness::{Protocol, cut_anywhere, narrow};
use socket2::SockRef;

pub fn answers_a_line(run: &mut Run) -> Outcome {
    const END: &str = "What does `read` return when the client has finished sending, and which call tells the client that your server has finished as well?";
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    let line = words(run, 20);
    client.send(format!("{line}\n"))?;
    client.receives(reply(&line))?;
    client.finish_sending()?;
    client.receives_end().hint(END)?;
    let mut silent = run.connect_as("a client that sends nothing", address)?;
    silent.finish_sending()?;
    silent.receives_end().hint(END)
}

pub fn answers_every_line(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send("one\ntwo\n\nfour\n")?;
    for line in ["one", "two", "", "four"] {
        client.receives(reply(line))?;
    }
    // More than a reader takes at once.
    let lines: Vec<String> =
        (0..400).map(|number| format!("{number} {}", words(run, 20))).collect();
    client.send(lines.concat_with(|line| format!("{line}\n")))?;
    client.receives(lines.concat_with(reply))?;
    is_served(&mut client)
}

/// Lines, or the replies to them, in one piece.
pub trait Concat {
    fn concat_with(&self, each: impl Fn(&str) -> String) -> String;
}

impl Concat for [String] {
    fn concat_with(&self, each: impl Fn(&str) -> String) -> String {
        self.iter().map(|line| each(line)).collect()
    }
}

pub fn joins_the_chunks_of_a_line(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let (start, rest) = GREETING.as_bytes().split_at(GREETING.find('是').map_or(1, |at| at + 1));
    client.send_in_chunks(&[start, rest])?;
    client.receives_nothing_for(Duration::from_millis(300))?;
    // The end of one line, and the start of the next.
    client.send("\nnext")?;
    client.receives(reply(GREETING))?;
    client.send(" line\n")?;
    client.receives(reply("next line"))
}

pub fn answers_the_last_line(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send(format!("{GREETING}\nthe last"))?;
    client.finish_sending()?;
    client.receives(reply(GREETING))?;
    client.receives_all(reply("the last"))?;
    // Longer than most buffers.
    let long = words(run, 16_000);
    let mut client = run.connect_as("a client with a long last line", address)?;
    client.send(format!("a\n{long}"))?;
    client.finish_sending()?;
    client.receives(reply("a"))?;
    client
        .receives_all(reply(&long))
        .hint("How long may a line be that your buffer still holds when the stream ends?")
}

/// Texts in which a program may see more than text, or the end of a line.
const ANY_TEXT: &[&str] = &[
    "\0",
    "a\0b",
    " \t blanks \t ",
    " ",
    "\r",
    "CR and LF\r",
    "a\rb",
    "\u{feff}a byte order mark",
    "\u{feff}",
    "a\u{feff}b",
    "\u{b}\u{c}\u{1c}\u{1d}\u{1e}",
    "\u{85}\u{2028}\u{2029}\u{a0}\u{3000}",
    "\u{fffd}",
    "\u{7f}\u{4}\u{1a}\u{1b}[0m",
    "e\u{301} \u{e9}",
    // No U+FFFF: Perl's Encode takes it for no UTF-8 at all.
    "\u{fffd}\u{10fffd}\u{d7ff}\u{e000}",
    "\\n %s {} \"'",
    "问题正在处理中...",
];

pub fn answers_any_text(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    for text in ANY_TEXT {
        client.send(format!("{text}\n"))?;
        client.receives(reply(text))?;
    }
    let all: Vec<String> = ANY_TEXT.iter().map(|&text| text.to_owned()).collect();
    client.send(all.concat_with(|line| format!("{line}\n")) + " \r")?;
    client.finish_sending()?;
    client.receives_all(all.concat_with(reply) + &reply(" \r"))
}

pub fn serves_clients_at_the_same_time(run: &mut Run) -> Outcome {
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
    // A server that takes two pieces for one is judged less.
    let _ = slow.has_been_read()?;
    slow.send("line\n")?;
    slow.receives(reply("half a line"))
}

/// How many clients are served at the same time.
const MANY: usize = 100;

pub fn serves_many_clients(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut clients = Vec::new();
    for number in 1..=MANY {
        let mut client = run.connect_quietly(&text!("client {number}", number), address)?;
        let (start, rest) = (words(run, 8), words(run, 8));
        client.write_all(start.as_bytes(), "the server takes half a line")?;
        // One after the other: no text asks for a long queue.
        has_been_read(run, &client, number)?;
        clients.push((client, start, rest));
    }
    run.step(text!(
        "{clients} clients have connected and have sent half a line each",
        clients = MANY,
    ));
    for (client, _, rest) in &mut clients {
        client.write_all(format!("{rest}\n").as_bytes(), "the server takes the rest of a line")?;
    }
    run.step("all of them have sent the rest; each gets its own line back");
    for (client, start, rest) in &mut clients {
        let expected = reply(&format!("{start}{rest}"));
        let (mut got, mut buffer) = (Vec::new(), [0; 1024]);
        while got.len() < expected.len() {
            match client.read_some(&mut buffer, &grader::quote(expected.as_bytes()))? {
                0 => {
                    return Err(
                        client.broken(grader::quote(expected.as_bytes()), "the end of the stream")
                    );
                }
                count => got.extend_from_slice(&buffer[..count]),
            }
        }
        if got != expected.as_bytes() {
            return Err(client.broken(grader::quote(expected.as_bytes()), grader::quote(&got)));
        }
    }
    Ok(())
}

/// Waits, without a step, until the server has read all that the client sent.
fn has_been_read(run: &mut Run, client: &Peer, number: usize) -> Outcome {
    let expected = text!("the half lines of {clients} clients have been read", clients = MANY);
    let (local, Ok(remote)) = (client.local(), client.stream().peer_addr()) else {
        return Err(client.broken(expected, "a connection that has ended"));
    };
    // A socket that isn't listed has gone, or this kernel lists none.
    let unread = || sockets::socket_between(remote, local).is_some_and(|it| it.receive_queue > 0);
    let on_its_way = || sockets::socket_between(local, remote).is_some_and(|it| it.send_queue > 0);
    if !on_its_way() && !unread() {
        return Ok(());
    }
    let read = run.until(text!("the half line of client {number} has been read", number), || {
        (!on_its_way() && !unread()).then_some(())
    });
    read.map_err(|_| {
        run.broken(expected, text!("those of {count}, then: the time was up", count = number - 1))
    })
}

pub fn answers_hundreds_of_thousands(run: &mut Run) -> Outcome {
    const LINES: usize = 300_000;
    let (_server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    let lines: Vec<String> = (1..=LINES).map(|number| number.to_string()).collect();
    // In a thread: a server that waits until its replies are read may read no line meanwhile.
    let mut stream = run.attempt("it begins to send lines", client.stream().try_clone())?;
    run.step(text!(
        "it sends {lines} lines without a pause, and reads: each is answered, in order",
        lines = LINES,
    ));
    let sent = lines.concat_with(|line| format!("{line}\n"));
    thread::spawn(move || stream.write_all(sent.as_bytes()));
    receives_quietly(run, &mut client, &lines)?;
    is_served(&mut client)
}

/// The replies to these lines, as a part of the last step. So many more of them are worth so much more time: a
/// server that stops in the middle isn't waited for as long as one that is slow.
fn receives_quietly(run: &mut Run, client: &mut Peer, lines: &[String]) -> Outcome {
    const SOME: usize = 10_000;
    const TIME: Duration = Duration::from_millis(400);
    let expected = lines.concat_with(reply).into_bytes();
    let newlines = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count();
    let wanted = |number: usize| grader::quote(reply(&lines[number]).as_bytes());
    let after =
        |number: usize, got: &str| text!("{number} right replies, then: {got}", number, got);
    let (mut at, mut number, mut buffer) = (0, 0, vec![0; 64 << 10]);
    while at < expected.len() {
        let count = client.read_some(&mut buffer, REPLY).map_err(|broken| Broken {
            expected: wanted(number),
            got: after(number, &broken.got),
            ..broken
        })?;
        let (got, right) = (&buffer[..count], &expected[at..]);
        if count == 0 || !right.starts_with(got) {
            let same = got.iter().zip(right).take_while(|(one, other)| one == other).count();
            number += newlines(&got[..same]);
            let begin = expected[..at + same].iter().rposition(|&byte| byte == b'\n');
            let begin = begin.map_or(0, |end| end + 1);
            let rest =
                got[same..].split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
            let line = [&expected[begin..at + same], rest].concat();
            let got =
                if count == 0 { text!("the end of the stream") } else { grader::quote(&line) };
            return Err(client.broken(wanted(number), after(number, &got)));
        }
        at += count;
        let before = number / SOME;
        number += newlines(got);
        run.grants(TIME * (number / SOME - before) as u32);
    }
    Ok(())
}

/// A client may be as late as it likes. A kernel's timeout of eight seconds takes half a second more.
const PAUSE: Duration = Duration::from_millis(8700);

const PATIENCE: &str = "How long may a client be silent, and which of your calls has a time limit?";

pub fn waits_for_a_slow_reader(run: &mut Run) -> Outcome {
    let (server, address, mut other) = serve_another(run)?;
    let mut pauses = run.connect_as("a client that pauses in its line", address)?;
    pauses.send("half a ")?;
    let (mut client, replies) = reads_nothing(run, address, 8000)?;
    let name = looked_up("a client that has finished sending");
    let (mut finished, all) = reads_nothing_as(run, name, address, 8000)?;
    finished.finish_sending()?;
    server.waits_until_idle();
    run.grants(PAUSE);
    run.step(
        "for eight seconds, these two don't read their replies, and the one that pauses sends nothing",
    );
    thread::sleep(PAUSE);
    serves_on(run, address, &mut other)?;
    begins_to_read(run, &client)?;
    client.receives(replies)?;
    is_served(&mut client)?;
    begins_to_read(run, &finished)?;
    finished.receives_all(all)?;
    pauses.send("line\n").hint(PATIENCE)?;
    pauses.receives(reply("half a line")).hint(PATIENCE)
}

pub fn serves_ipv6(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(&[ANY_PORT_OF_IPV6])?;
    let listens_there = address.ip().is_loopback() && address.is_ipv6() && address.port() != 0;
    run.ensure("that is an address `[::1]:PORT`", listens_there, address)?;
    let mut client = run.connect(address)?;
    is_served(&mut client)?;
    client.finish_sending()?;
    client.receives_end()?;
    listens_nowhere_else(run, &server, address)
}

pub fn listens_where_it_is_told(run: &mut Run) -> Outcome {
    let (server, address) = serve_at_a_port(run)?;
    is_served(&mut run.connect(address)?)?;
    listens_nowhere_else(run, &server, address)
}

/// Makes connections without a step for each, for checks with many of them.
trait Quietly {
    fn connect_quietly(&mut self, name: &str, address: SocketAddr) -> Outcome<Peer>;
}

impl Quietly for Run {
    fn connect_quietly(&mut self, name: &str, address: SocketAddr) -> Outcome<Peer> {
        let stream = std::net::TcpStream::connect_timeout(&address, Duration::from_secs(5));
        let stream = stream.map_err(|why| self.broken(text!("{name} connects", name), why))?;
        Ok(self.peer(stream, name))
    }
}

/// A client that has sent many lines and reads no reply, and the replies, which are more than the
/// kernels keep between the two: the server has to wait in the middle of them.
pub fn reads_nothing(
    run: &mut Run,
    address: SocketAddr,
    empty_lines: usize,
) -> Outcome<(Peer, String)> {
    reads_nothing_as(run, "the client", address, empty_lines)
}

pub fn reads_nothing_as(
    run: &mut Run,
    name: &str,
    address: SocketAddr,
    empty_lines: usize,
) -> Outcome<(Peer, String)> {
    let stream = run.attempt("a client with small buffers connects", narrow(address))?;
    let mut client = run.peer(stream, name);
    // So that it is not in the listener's queue any more.
    is_served(&mut client)?;
    let first = run.number(1..=9);
    let numbers = (1..=LINES).map(|number| format!("{first}{number}"));
    let lines: Vec<String> = numbers.chain(vec![String::new(); empty_lines]).collect();
    client.send(lines.concat_with(|line| format!("{line}\n")))?;
    let name = client.local();
    run.until("the lines have arrived", || {
        // Where the kernel does not say so, they arrive as fast as they are sent.
        let socket = sockets::socket_between(name, address);
        socket.is_none_or(|socket| socket.send_queue == 0).then_some(())
    })?;
    Ok((client, lines.concat_with(reply)))
}

/// How many lines with a number: 24 KiB, which every kernel keeps for a server; their replies are five times
/// that. An empty line's reply is 27 times its length.
const LINES: usize = 4000;

/// Room for all replies at once, so that reading takes no time.
pub fn begins_to_read(run: &mut Run, client: &Peer) -> Outcome {
    let room = SockRef::from(client.stream()).set_recv_buffer_size(1 << 20);
    run.attempt("the client begins to read", room)
}

/// Starts the server, with one client connected and served.
pub fn serve_another(run: &mut Run) -> Outcome<(Program, SocketAddr, Peer)> {
    serve_another_at(run, ANY_PORT)
}

pub fn serve_another_at(run: &mut Run, at: &str) -> Outcome<(Program, SocketAddr, Peer)> {
    let (server, address) = run.serve_with(&[at])?;
    let mut other = run.connect_as("the other client", address)?;
    is_served(&mut other)?;
    Ok((server, address, other))
}

/// The client that was there before is served, and so is one that comes now.
pub fn serves_on(run: &mut Run, address: SocketAddr, other: &mut Peer) -> Outcome {
    is_served(other)?;
    is_served(&mut run.connect_as("a new client", address)?)
}

/// Text that is drawn, and that has no blank at an end: the check of any text tries that.
pub fn words(run: &mut Run, characters: usize) -> String {
    format!("<{}>", run.text(characters))
}

/// What the server answers to a line.
pub fn reply(line: &str) -> String {
    format!("{REPLY} {line}\n")
}

pub fn is_served(client: &mut Peer) -> Outcome {
    client.send(format!("{GREETING}\n"))?;
    client.receives(reply(GREETING))
}

pub fn answers_lines_cut_anywhere(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    for pieces in cut_anywhere("né你🦀\nb\n") {
        let mut client = run.connect(address)?;
        client.send_in_chunks(&pieces)?;
        client.receives(reply("né你🦀"))?;
        client.receives(reply("b"))?;
    }
    Ok(())
}

/// A line is a request.
pub struct Lines;

impl Protocol for Lines {
    const SECTION: &'static str = "03-stopping.html#exercise";
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
