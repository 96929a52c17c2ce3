//! Exercise 5: a message of any length, there and back, in little memory.
//!
//! # What to build
//!
//! `lessons/lesson05/exercise.rs` sends a message to a server that echoes it, and reads the echo when all is
//! written. That works as long as the message is short. Make it work with 32 MiB, and with any server. It
//! is called
//!
//! ```text
//! exercise05 [--time-limit SECONDS] [--bytes N] [ADDRESS:PORT]
//! ```
//!
//! - It connects and sends the first N bytes (32 MiB where `--bytes` does not say) of a message in which
//!   every byte has its place: numbered lines of 64 bytes. `lesson05::fill_from(place, &mut piece)` fills
//!   a piece with what stands there. After the last byte it ends its side.
//! - The server sends everything back, in pieces of its choice, while it reads or later, and then ends its
//!   side. Its buffers are small, and it waits until there is room for the echo: so read the echo *while*
//!   you write.
//! - Every byte of the echo is compared with the one that was sent: `lesson05::in_place(place, &piece)?` is
//!   an error that says which byte is wrong. If all are the same, and the stream ends after them, standard
//!   output gets `echoed N bytes, each in its place`, and the exit code is 0.
//! - A byte that is wrong, lost, repeated or too many, an early end, a reset, or nobody there: standard error
//!   gets a line `error: WHAT: WHY`, and the exit code is 1. Nothing is a panic.
//! - The program stays small, however long the message is and however slowly the server reads: it holds
//!   neither the message nor the echo, and has no queue that can grow. 16 MiB at most are allowed, for
//!   everything; a few are enough. While there is nothing that it can do, it waits, and leaves the
//!   processor to others.
//! - The time limit is for all of it together. A server must not hold the client longer by sending a
//!   little now and then.
//!
//! # Why
//!
//! Buffers between two programs are finite. Two that both write before they read wait for each other for
//! ever, and only once the message is long enough: no test with a greeting ever shows it. And whoever puts
//! a queue without bound in front of a full buffer has switched flow control off: the memory pays.
//!
//! # How to start
//!
//! Delete the first line of `lessons/lesson05/exercise.rs`, and look for `TODO(you)` in it. Then, after
//! every change:
//!
//! ```text
//! cargo test -p lesson05 exercise
//! ```
//!
//! The checks below stand in the order in which you might make them pass. In each the suite is the
//! server. What you need is in chapter 4, but for the time limit (`common::Limited`, chapter 2.1) and the
//! threads (chapter 3), if you want some: `cargo run -p book`. One good answer, for afterwards, is
//! `lessons/lesson05/solution.rs`.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use grader::sockets::socket_between;
use grader::{Check, Needs, Outcome, Peer, Program, Run, check};
use lesson05::{LONG, fill_from, in_place};
use socket2::SockRef;

use servers::handshake::GIVES_UP_CONNECTING;

const SECTION: &str = "04-buffers.html#exercise";

/// A line of the message, in bytes.
const LINE: usize = 64;

/// How much the server reads at once.
const PIECE: usize = 64 << 10;

/// What fits into the buffers on the way, where a check is not about full ones.
const SHORT: usize = 1 << 20;

/// What the server asks for where its buffers are small: far less than the message, and enough for a few
/// packets of the loopback, or each would wait for an acknowledgement that the kernel holds back.
const BUFFER: usize = 256 << 10;

/// The most memory that the program may ever have had: half of the message.
const ROOM: u64 = 16 << 20;

pub const CHECKS: &[Check] = &[
    check("reports_a_refusal", reports_a_refusal)
        .demands("Where nobody listens, the client says so on stderr, and its exit code is 1.")
        .hint("How does a script that calls your client learn that it failed?")
        .section(SECTION),
    check("sends_every_byte_once", sends_every_byte_once)
        .demands("A server with small buffers gets every byte once, in its place, and then the end.")
        .hint("How many bytes did `write` take, and where must the next one begin? How does the server learn that it has them all?")
        .section("04-buffers.html#a-write-takes-a-part"),
    check("notices_an_early_end", notices_an_early_end)
        .demands("An echo that ends one line early, in good order, is an error.")
        .hint("When `read` returns 0, how do you know that nothing is missing?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("notices_bytes_out_of_place", notices_bytes_out_of_place)
        .demands("An echo of the right length, with two lines exchanged, is an error.")
        .hint("What does the number of bytes say about the bytes?")
        .section(SECTION),
    check("notices_bytes_too_many", notices_bytes_too_many)
        .demands("An echo that does not end after the last byte that was sent is an error.")
        .hint("What do you have to read to learn that nothing more comes?")
        .section(SECTION),
    check("notices_a_reset", notices_a_reset)
        .demands("An echo that a reset breaks off is an error, not the end of the echo.")
        .hint("A stream can end in two ways: how does each of them look to whoever reads?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("reads_while_it_writes", reads_while_it_writes)
        .demands("32 MiB come back from a server that reads on only when its echo has found room.")
        .hint("While your program waits for room to write, who reads the echo?")
        .section("04-buffers.html#write-everything-then-read"),
    check("is_idle_while_it_waits", is_idle_while_it_waits)
        .demands("While the server neither reads nor writes, the client waits, and uses next to no processor time.")
        .hint("What does your program do when there is neither room to write nor anything to read, and how often?")
        .section("04-buffers.html#a-write-takes-a-part")
        .needs(Needs::Linux),
    check("keeps_the_deadline", keeps_the_deadline)
        .demands(
            "A server that reads and sends a little now and then holds the client no longer than its limit.",
        )
        .hint("What does your time limit measure: one call, or all of them together?")
        .section("02-1-client.html#the-repair"),
    check("stays_small", stays_small)
        .demands("With 32 MiB and a server that makes it wait, the client never takes 16 MiB of memory.")
        .hint("Which bytes does your program still hold that it has no more use for, or not yet?")
        .section("04-buffers.html#write-everything-then-read")
        .needs(Needs::Linux),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "notices_an_early_end",
    "notices_bytes_out_of_place",
    "notices_bytes_too_many",
    "reads_while_it_writes",
    "keeps_the_deadline",
    "stays_small",
];

/// What else a server can do.
pub const ROBUSTNESS: &[Check] = &[
    check("gives_up_on_a_silent_server", gives_up_on_a_silent_server)
        .demands("A server that neither reads nor writes holds the client no longer than its time limit.")
        .hint("Which of your two directions waits for a server that does nothing, and until when?")
        .section(SECTION),
    check("reports_a_server_that_closes", reports_a_server_that_closes)
        .demands("A server that closes at once has echoed nothing: that is an error.")
        .hint("Which of your two directions learns first that the server has gone, and who tells the other?")
        .section(SECTION),
    check("does_not_read_too_much_to_its_end", does_not_read_too_much_to_its_end)
        .demands("A server that sends one line too many, and does not end its side, is an error at once.")
        .hint("When do you know that there are too many bytes: at the end, or at the first of them?")
        .section(SECTION),
    check("gives_up_on_a_reply_without_end", gives_up_on_a_reply_without_end)
        .demands("A server that sends something else, and does not stop, is an error, at its first wrong byte.")
        .hint("When do you compare: when a piece has come, or when all of it has?")
        .section(SECTION),
    check("reports_a_full_output", reports_a_full_output)
        .demands("A standard output that takes nothing (/dev/full) is an error, with exit code 1.")
        .hint("Whose word does a script have for it that the echo was whole?")
        .section(SECTION)
        .needs(Needs::Linux),
    GIVES_UP_CONNECTING,
];

fn reports_a_full_output(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let starter = ["sh", "-c", "exec \"$@\" > /dev/full", "sh"];
    let mut client = run.start_through(&starter, &["--bytes", &LINE.to_string(), &address])?;
    let mut server = listener.accept()?;
    let mut line = [0; LINE];
    fill_from(0, &mut line);
    server.receives_all(line)?;
    server.send(line)?;
    server.finish_sending()?;
    client.exits_with(1)?;
    client.complains("error: ")
}

fn gives_up_on_a_silent_server(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let since = Instant::now();
    let mut client = run.start(&["--time-limit", "0.3", &address])?;
    let _server = listener.accept()?;
    fails(&mut client)?;
    run.shorter_than_default(since)
}

fn reports_a_server_that_closes(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let mut client = run.start(&[&address])?;
    let mut server = listener.accept()?;
    server.has_unread_input()?;
    server.close();
    fails(&mut client)
}

fn does_not_read_too_much_to_its_end(run: &mut Run) -> Outcome {
    let mut echo = Echo::read_by(run)?;
    run.step("the server sends it back and one line more, and keeps its side open");
    let _ = echo.send_to(SHORT + LINE);
    fails(&mut echo.client)
}

fn gives_up_on_a_reply_without_end(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let mut client = run.start(&["--time-limit", "60", &address])?;
    let mut server = listener.accept()?;
    server.sends_until_cut_off(1 << 30)?;
    fails(&mut client)
}

fn reports_a_refusal(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    let mut client = run.start(&[&closed.address.to_string()])?;
    fails(&mut client)
}

fn sends_every_byte_once(run: &mut Run) -> Outcome {
    // No multiple of anybody's piece: the last one is short.
    let length = (8 << 20) + 1;
    let mut echo = Echo::start(run, length, true)?;
    run.step(format!("the server reads {length} bytes, each in its place, and the end"));
    echo.read_all()?;
    run.step("the server sends them back");
    echo.send_to(length)?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, length)
}

fn notices_an_early_end(run: &mut Run) -> Outcome {
    let mut echo = Echo::read_by(run)?;
    run.step("the server sends all but the last line back");
    let _ = echo.send_to(SHORT - LINE);
    let _ = echo.server.finish_sending();
    fails(&mut echo.client)
}

fn notices_bytes_out_of_place(run: &mut Run) -> Outcome {
    let mut echo = Echo::read_by(run)?;
    run.step("the server sends it back with two lines exchanged");
    let sent = echo.send_to(SHORT / 2).and_then(|()| {
        let mut lines = [0; 2 * LINE];
        fill_from(echo.sent, &mut lines);
        lines.rotate_left(LINE);
        echo.sent += lines.len();
        echo.server.write_all(&lines, "the client reads the echo")?;
        echo.send_to(SHORT)
    });
    echo.ends_after_all(sent);
    fails(&mut echo.client)
}

fn notices_bytes_too_many(run: &mut Run) -> Outcome {
    let mut echo = Echo::read_by(run)?;
    run.step("the server sends it back and one line more");
    let sent = echo.send_to(SHORT + LINE);
    echo.ends_after_all(sent);
    fails(&mut echo.client)
}

fn notices_a_reset(run: &mut Run) -> Outcome {
    let Echo { mut client, mut server, .. } = Echo::read_by(run)?;
    let mut piece = [0; PIECE];
    fill_from(0, &mut piece);
    // The client has read it before the reset: only the reset says that more was to come. One that has not is
    // told nothing.
    let pieces = [&piece[..PIECE / 2], &piece[PIECE / 2..]];
    if server.send_in_chunks(&pieces).is_ok() {
        server.reset();
    }
    fails(&mut client)
}

fn reads_while_it_writes(run: &mut Run) -> Outcome {
    let mut echo = Echo::start(run, LONG, true)?;
    run.step("the server sends each piece back before it reads the next one");
    echo.echo_to(LONG)?;
    echo.reads_the_end()?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, LONG)
}

fn is_idle_while_it_waits(run: &mut Run) -> Outcome {
    let echo = Echo::start(run, LONG, true)?;
    let (client, server) = (echo.server.remote(), echo.server.local());
    let unread = || socket_between(server, client).map_or(0, |socket| socket.receive_queue);
    run.until("the client has sent what there is room for", || {
        // For some time, nothing more has come.
        let before = unread();
        thread::sleep(Duration::from_millis(100));
        (before > 0 && before == unread()).then_some(())
    })?;
    run.stays_idle(&echo.client)
}

fn keeps_the_deadline(run: &mut Run) -> Outcome {
    // On a busy machine a drip can be late. Then the server has been silent, and that ends a limit of one
    // call too: a client that passes has shown nothing, and is tried again with more time.
    for limit in [0.3, 0.6, 1.2] {
        let mut listener = run.listen()?;
        let (address, seconds) = (listener.address().to_string(), limit.to_string());
        let mut before = Instant::now();
        let mut client = run.start(&["--time-limit", &seconds, &address])?;
        let server = listener.accept()?;
        let stream = server.stream().try_clone();
        let mut stream = run.attempt(
            "every 20 ms the server reads some bytes, and sends one line of the echo",
            stream,
        )?;
        let drip = thread::spawn(move || {
            let (mut piece, mut line) = ([0; PIECE], [0; LINE]);
            let mut longest_silence = Duration::ZERO;
            for place in (0..).step_by(LINE) {
                fill_from(place, &mut line);
                let now = Instant::now();
                // A client that has gone ends both.
                let read = stream.read(&mut piece);
                let sent = stream.write_all(&line);
                longest_silence = longest_silence.max(before.elapsed());
                before = now;
                if sent.is_err() || !matches!(read, Ok(1..)) {
                    break;
                }
                thread::sleep(Duration::from_millis(20));
            }
            longest_silence
        });
        let outcome = fails(&mut client);
        drop(client);
        let _ = server.stream().shutdown(Shutdown::Both);
        let longest_silence = drip.join().expect("a drip does not panic");
        outcome?;
        if longest_silence.as_secs_f64() < limit {
            break;
        }
        let late = "the drip was late, so this shows nothing: once more, with more time";
        run.step(late);
    }
    Ok(())
}

fn stays_small(run: &mut Run) -> Outcome {
    let mut echo = Echo::start(run, LONG, true)?;
    run.step("the server echoes a first piece");
    echo.echo_to(PIECE)?;
    run.step("then it neither reads nor writes, until the client has nothing to do");
    // Who makes more than can be sent has the time to do so. Not for ever: a client may be one that spins.
    let mut before = echo.client.usage()?.processor_time;
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(80));
        let now = echo.client.usage()?.processor_time;
        if now == before {
            break;
        }
        before = now;
    }
    run.step("then it echoes all but the last line");
    echo.echo_to(LONG - LINE)?;
    let peak = echo.client.usage()?.peak;
    let got = format!("{:.1} MiB", peak as f64 / f64::from(1 << 20));
    run.ensure("the client has never taken more than 16 MiB of memory", peak < ROOM, got)?;
    run.step("the server echoes the last line");
    echo.echo_to(LONG)?;
    echo.reads_the_end()?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, LONG)
}

/// The client, and the server that echoes what it sends.
struct Echo {
    client: Program,
    server: Peer,
    length: usize,
    /// How many bytes the server has read, and how many it has sent.
    read: usize,
    sent: usize,
    piece: Vec<u8>,
}

impl Echo {
    /// Starts the client with a message of this length, and accepts its connection.
    fn start(run: &mut Run, length: usize, small: bool) -> Outcome<Echo> {
        let mut listener = run.listen()?;
        if small {
            // The connection inherits both from its listener.
            let socket = SockRef::from(listener.socket());
            run.attempt("ask for small buffers", {
                let receive = socket.set_recv_buffer_size(BUFFER);
                receive.and(socket.set_send_buffer_size(BUFFER))
            })?;
        }
        let (address, bytes) = (listener.address().to_string(), length.to_string());
        // On a busy machine it can take more than the usual limit.
        let client = run.start(&["--time-limit", "60", "--bytes", &bytes, &address])?;
        let server = listener.accept()?;
        Ok(Echo { client, server, length, read: 0, sent: 0, piece: vec![0; PIECE] })
    }

    /// The same for a short message, which the server has read, whatever it was.
    fn read_by(run: &mut Run) -> Outcome<Echo> {
        let mut echo = Echo::start(run, SHORT, false)?;
        run.step("the server reads to the end of the stream");
        while echo.server.read_some(&mut echo.piece, "the message, then its end")? > 0 {}
        Ok(echo)
    }

    /// Reads the next piece and demands that it is in place.
    fn read_next(&mut self) -> Outcome<usize> {
        let (read, length) = (self.read, self.length);
        let expected = format!(
            "more of the message ({read} of {length} bytes have come, {} sent back)",
            self.sent
        );
        let count = self.server.read_some(&mut self.piece, &expected)?;
        if count == 0 {
            return Err(self.server.broken(expected, "the end of the stream"));
        }
        if read + count > length {
            let got = format!("{} bytes and perhaps more", read + count);
            return Err(self.server.broken(format!("{length} bytes, then the end"), got));
        }
        let place = |why| self.server.broken("each byte in its place", first_line(&why));
        in_place(read, &self.piece[..count]).map_err(place)?;
        self.read += count;
        Ok(count)
    }

    fn read_all(&mut self) -> Outcome {
        while self.read < self.length {
            self.read_next()?;
        }
        self.reads_the_end()
    }

    fn reads_the_end(&mut self) -> Outcome {
        let expected = format!("the end of the stream after {} bytes", self.length);
        match self.server.read_some(&mut self.piece, &expected)? {
            0 => Ok(()),
            count => Err(self.server.broken(expected, format!("{count} bytes more"))),
        }
    }

    /// Reads and sends back, piece by piece, up to this place.
    fn echo_to(&mut self, place: usize) -> Outcome {
        while self.sent < place {
            // Never more than what is to be sent back is asked for twice.
            if self.read == self.sent {
                self.read_next()?;
            }
            self.send_to(self.read.min(place))?;
        }
        Ok(())
    }

    /// Ends its side, if the client has taken all that came before: an end after less is noticed by anybody who
    /// counts.
    fn ends_after_all(&mut self, sent: Outcome) {
        if sent.is_ok() {
            let _ = self.server.finish_sending();
        }
    }

    /// Sends back what stands from here up to this place.
    fn send_to(&mut self, place: usize) -> Outcome {
        let mut piece = [0; PIECE];
        while self.sent < place {
            let count = PIECE.min(place - self.sent);
            fill_from(self.sent, &mut piece[..count]);
            let (read, sent) = (self.read, self.sent);
            let expected = format!(
                "the client reads the echo ({read} bytes have come from it, {sent} went back)"
            );
            self.server.write_all(&piece[..count], &expected)?;
            self.sent += count;
        }
        Ok(())
    }
}

/// What is wrong, without the words that a program puts in front of it.
fn first_line(why: &common::Failure) -> String {
    why.to_string().replace("error: ", "").replace("of the echo", "of the message")
}

/// Demands that the client ends well, and says that all of the echo came.
fn succeeds(client: &mut Program, length: usize) -> Outcome {
    let said = format!("echoed {length} bytes, each in its place\n");
    client.finishes()?.said_exactly(&said)?.exited_with(0)?;
    Ok(())
}

/// Demands that the client ends with an error, and has not said that all of the echo came.
fn fails(client: &mut Program) -> Outcome {
    client.finishes()?.said_exactly("")?.explained()?.exited_with(1)?;
    Ok(())
}
