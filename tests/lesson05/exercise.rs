//! Exercise 5: a message of any length, there and back, in little memory.
//!
//! # What to build
//!
//! The list of checks in the book is this assignment in short, and these are the details. The starter,
//! `lessons/lesson05/exercise.rs`, sends a message to a server that echoes it, and reads the echo when
//! everything is written. That works as long as the message is short. Make it work with 32 MiB, and with any
//! server. You call your program like this:
//!
//! ```text
//! exercise05 [--time-limit SECONDS] [--bytes N] [ADDRESS:PORT]
//! ```
//!
//! - It connects, over IPv4 or IPv6 (without an address, to 127.0.0.1:9090), and sends the first N bytes (32 MiB without `--bytes`) of a message in
//!   which every byte has its place, since it consists of numbered lines of 64 bytes.
//!   `lesson05::fill_from(place, &mut chunk)` fills a chunk with the bytes from that place on. The first
//!   line is `line 0000001: every byte of the message tells where it belongs.` and a newline, the second has
//!   `0000002`, and so on. N can be any number, also 0. After the last byte the client finishes sending (a half-close), and doesn't wait for the
//!   echo first.
//! - The server sends everything back and then finishes sending. It chooses its own chunks, and its own time:
//!   it may answer while it reads, or only when it has read everything. Its buffers are small, and it may wait
//!   until there's room for the echo, so read the echo *while* you write.
//! - Compare every byte of the echo with the one that was sent. `lesson05::in_place(place, &chunk)?` is an
//!   error that says which byte is wrong. If all are the same, and the stream ends after them, standard output
//!   gets `echoed N bytes, each in its place`, and the exit code is 0.
//! - If a byte is wrong, lost, repeated or too many, if the echo ends early, if there's a reset (also one after
//!   the last byte) or no server, then standard error gets a line `error: WHAT: WHY`, standard output gets
//!   nothing, and the exit code is 1. The program says so as soon as it knows: with the byte that's wrong, at the
//!   end that's too early, at the first refusal. It waits neither for the rest nor for the time limit. It never
//!   panics.
//! - The program stays small, however long the message is and however slowly the server reads. It holds
//!   neither the message nor the echo, and it has no queue that can grow. It may take 16 MiB at most, for
//!   everything, and a few are enough. (For a script they're counted on top of what its interpreter takes.)
//!   While there's nothing that it can do, it waits, and leaves the processor to others.
//! - There's one time limit for everything together, 10 s without `--time-limit SECONDS` (they can be a
//!   fraction, such as 0.5). When it's over, and not
//!   before, the program ends with an error, within half a second. A server that reads or sends a little now
//!   and then can't hold the client any longer.
//!
//! # Why
//!
//! The buffers between two programs are finite. Two programs that both write before they read wait for each
//! other forever, but only once the message is long enough, so you'll never see it with a greeting. And if your
//! program puts a queue without a limit in front of a full buffer, it has switched flow control off, and its
//! memory pays for that.
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
//! There are three milestones: every byte compared (about 10 lines, 20 minutes), both directions at once
//! (about 20 lines, an hour), and one deadline (about 10 lines, half an hour). The checks below come in the
//! order in which you might make them pass, and in each of them the suite plays the server. Everything that
//! you need is in chapter 4 (`cargo run -p book`). To try your client yourself, start a server with
//! `cargo run -p lesson05 --bin echo_server`, and your client with `cargo run -p lesson05 --bin exercise05`. To
//! start over: `cargo grade --reset exercise05`. One good answer, for afterwards, is
//! `lessons/lesson05/solution.rs`.

use std::thread;
use std::time::Duration;

use grader::{Check, Hint, Needs, Outcome, Peer, Run, check, text};
use lesson05::{LONG, fill_from};

use servers::default_address::is_asked_by_default;
use servers::handshake::limits_connect;

use crate::at_once;
use crate::echo::{Echo, LINE, PIECE, SHORT, accepts, fails, succeeds};
use crate::memory::room;
use crate::time::{self, ends_after_a_second, ends_in_time, keeps_the_deadline};

const SECTION: &str = "04-buffers.html#exercise";

pub const CHECKS: &[Check] = &[
    check("reports_a_refusal", at_once::reports_a_refusal)
        .demands("If no program listens there, the client says so on stderr at the first refusal, and its exit code is 1.")
        .hint("How does a script that calls your client learn that it failed?")
        .section(SECTION)
        .begins("Every byte compared", "about 10 lines, 20 minutes"),
    check("echoes_messages_of_any_length", echoes_messages_of_any_length)
        .demands("A message of 0 bytes, and one whose echo comes in odd chunks, are echoed. The client ends its message right behind the last byte.")
        .hint("What does your program take for granted about how many bytes a read returns?")
        .section(SECTION),
    check("connects_to_9090_by_default", connects_to_9090_by_default)
        .demands("Without an address, the client connects to 127.0.0.1:9090.")
        .hint("What's the address if your program is given none?")
        .section(SECTION)
        .needs(Needs::Network),
    check("echoes_over_ipv6", echoes_over_ipv6)
        .demands("A server on `[::1]` is a server like any other, also where none listens.")
        .hint("Which part of your program is only for IPv4?")
        .section(SECTION)
        .needs(Needs::Ipv6),
    check("notices_an_early_end", notices_an_early_end)
        .demands("An echo that ends one byte early, or before the first one, is an error.")
        .hint("When `read` returns 0, how do you know that nothing is missing?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("notices_bytes_out_of_place", notices_bytes_out_of_place)
        .demands("An echo of the right length, with two lines swapped, is an error.")
        .hint("What does the number of bytes, or their sum, say about the bytes?")
        .section(SECTION),
    check("notices_a_wrong_byte", notices_a_wrong_byte)
        .demands("An echo with one wrong bit, any of the eight in any byte, is an error.")
        .hint("Which bytes of the echo does your program never look at?")
        .section(SECTION),
    check("notices_a_wrong_end", notices_a_wrong_end)
        .demands("An echo whose first or last byte is wrong is an error.")
        .hint("At which byte does your comparison begin, and at which does it end?")
        .section(SECTION),
    check("notices_bytes_too_many", notices_bytes_too_many)
        .demands("An echo with one byte more than was sent is an error, even if that byte comes late.")
        .hint("What do you have to read to learn that nothing more comes?")
        .section(SECTION),
    check("notices_a_reset", notices_a_reset)
        .demands("An echo that is cut off by a reset is an error, not the end of the echo.")
        .hint("A stream can end in two ways: how does each of them look to the program that reads?")
        .section("02-1-client.html#four-ways-to-fail")
        // In Wine the reset gets lost now and then.
        .needs(Needs::NotWine),
    check("notices_a_reset_at_the_end", notices_a_reset_at_the_end)
        .demands("A reset after the last byte of the echo is an error as well.")
        .hint("What must come after the last byte, and what do you do with an error in its place?")
        .section("02-1-client.html#four-ways-to-fail")
        // In Wine the reset gets lost now and then.
        .needs(Needs::NotWine),
    check("sends_every_byte_once", sends_every_byte_once)
        .demands("A server with small buffers, which reads everything before it answers, gets every byte once, in its place, and then the end.")
        .hint("How many bytes did `write` take, and where must the next one begin? Does your program ever wait for the echo before it goes on?")
        .section("04-buffers.html#a-write-takes-a-part")
        .begins("Both directions at once", "about 20 lines, an hour"),
    check("reads_while_it_writes", reads_while_it_writes)
        .demands("Without `--bytes`, 32 MiB come back from a server that doesn't read the next bytes until there's room for its echo.")
        .hint("While your program waits for room to write, which part of it reads the echo?")
        .section("04-buffers.html#write-everything-then-read"),
    check("reports_a_server_that_closes", reports_a_server_that_closes)
        .demands("A server that closes in the middle of the message has echoed nothing: that is an error.")
        .hint("Which of your two directions learns first that the server is gone, and how does the other?")
        .section("endings.html#a-write-tells-you-even-less"),
    check("says_so_at_once", at_once::says_so_at_once)
        .demands("A wrong byte, an early end or a byte too many is an error as soon as it has come, even if the server then neither reads nor sends, and the time limit is far away.")
        .hint("When one of your directions has failed, what does the other still wait for, and what wakes it?")
        .section(SECTION)
        // In Wine, `shutdown` doesn't always wake a call that waits in another thread.
        .needs(Needs::NotWine),
    check("is_idle_while_it_waits", is_idle_while_it_waits)
        .demands("While the server neither reads nor writes, the client waits, and uses next to no processor time.")
        .hint("What does your program do when there is neither room to write nor anything to read, and how often?")
        .section("04-buffers.html#a-write-takes-a-part")
        .needs(Needs::Usage),
    check("is_idle_before_the_echo", is_idle_before_the_echo)
        .demands("A client that has sent everything and waits for the echo, or for its end, uses next to no processor time, either.")
        .hint("What does your program do when all is sent and nothing has come back, and how often?")
        .section("04-buffers.html#a-write-takes-a-part")
        .needs(Needs::Usage),
    check("stays_small", stays_small)
        .demands("With 32 MiB and a server that makes it wait, the client never takes 16 MiB of memory.")
        .hint("Which bytes does your program still hold that it doesn't need any more, or not yet?")
        .section("04-buffers.html#write-everything-then-read")
        .needs(Needs::Usage),
    check("gives_up_on_a_silent_server", gives_up_on_a_silent_server)
        .demands("A server that neither reads nor writes holds the client until the time limit, and no longer.")
        .hint("Which of your two directions waits for a server that does nothing, and until when?")
        .section("02-1-client.html#the-repair")
        .begins("One deadline", "about 10 lines, half an hour"),
    check("gives_up_on_a_missing_echo", gives_up_on_a_missing_echo)
        .demands("A server that reads everything, also late, and sends nothing holds the client until the time limit, and no longer.")
        .hint("Which call waits for the echo, and until when?")
        .section("02-1-client.html#the-repair"),
    check("gives_up_connecting", gives_up_connecting)
        .demands("The limit holds while the client connects, and includes the time that this takes.")
        .hint("When does your time limit begin, and for how long does `connect` try if it isn't told a time?")
        .section("02-1-client.html#dont-wait-forever")
        .needs(Needs::Linux),
    check("keeps_the_deadline", keeps_the_deadline)
        .demands("A server that reads and sends a little now and then, or the whole echo late and never its end, holds the client until the time limit, and no longer; in IPv6 as well.")
        .hint("What does your time limit measure: one call, or all of them together?")
        .section("02-1-client.html#the-repair"),
    check("has_time_by_default", time::has_time_by_default)
        .demands("Without `--time-limit`, a server that takes five seconds for its echo, or for what comes after it, is waited for.")
        .hint("How long does your program wait when the command line doesn't say?")
        .section(SECTION)
        .takes_long(),
    check("has_ten_seconds_by_default", time::has_ten_seconds_by_default)
        .demands("Without `--time-limit`, a server that sends a part of the echo after six seconds, and no more, holds the program for ten seconds.")
        .hint("How long does your program wait when the command line doesn't say, and does that begin anew with each byte?")
        .section(SECTION)
        .takes_long(),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "notices_an_early_end",
    "notices_bytes_out_of_place",
    "notices_a_wrong_byte",
    "notices_a_wrong_end",
    "notices_bytes_too_many",
    "reads_while_it_writes",
    "says_so_at_once",
    "stays_small",
    "gives_up_on_a_silent_server",
    "gives_up_on_a_missing_echo",
    "gives_up_connecting",
    "keeps_the_deadline",
    "has_time_by_default",
    "has_ten_seconds_by_default",
];

fn echoes_messages_of_any_length(run: &mut Run) -> Outcome {
    at_once::ends_its_message(run)?;
    for length in [0, 1] {
        let mut echo = Echo::start(run, length, false)?;
        echo.read_all(run)?;
        echo.send_to(length)?;
        echo.server.finish_sending()?;
        succeeds(&mut echo.client, length)?;
    }

    let length = run.number(150..=5000) as usize;
    let mut echo = Echo::start(run, length, false)?;
    echo.read_all(run)?;
    let mut message = vec![0; length];
    fill_from(0, &mut message);
    // The borders of its chunks are in the middle of the lines.
    let cuts = [0, 1, 2, LINE - 1, LINE + 1, run.number(66..=140) as usize, length];
    let chunks: Vec<&[u8]> = cuts.windows(2).map(|cut| &message[cut[0]..cut[1]]).collect();
    echo.server.send_in_chunks(&chunks)?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, length)
}

fn connects_to_9090_by_default(run: &mut Run) -> Outcome {
    let mut asked = is_asked_by_default(run, &["--time-limit", "60", "--bytes", "0"])?;
    asked.server.receives_end()?;
    asked.server.finish_sending()?;
    succeeds(&mut asked.client, 0)
}

fn echoes_over_ipv6(run: &mut Run) -> Outcome {
    run.in_ipv6(echoes_and_is_refused)
}

fn echoes_and_is_refused(run: &mut Run) -> Outcome {
    let length = run.number(1000..=5000) as usize;
    let mut echo = Echo::start(run, length, false)?;
    echo.read_all(run)?;
    echo.send_to(length)?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, length)?;
    let closed = run.closed_port()?;
    at_once::refused(run, closed.address)?;
    Ok(())
}

fn notices_an_early_end(run: &mut Run) -> Outcome {
    let mut echo = Echo::read_by(run, SHORT)?;
    run.step("the server sends all but the last byte back");
    let _ = echo.send_to(SHORT - 1);
    let _ = echo.server.finish_sending();
    fails(&mut echo.client)?;
    let length = run.number(1..=200) as usize;
    let mut echo = Echo::read_by(run, length)?;
    let _ = echo.server.finish_sending();
    fails(&mut echo.client)
}

fn notices_bytes_out_of_place(run: &mut Run) -> Outcome {
    // Behind the first chunks of a program that looks only at those.
    let place =
        LINE * run.number(SHORT as u64 / 2 / LINE as u64..=SHORT as u64 / LINE as u64 - 2) as usize;
    let mut echo = Echo::read_by(run, SHORT)?;
    run.step(text!(
        "the server sends it back with the two lines swapped that begin at byte {place}",
        place,
    ));
    let sent = echo.send_to(place).and_then(|()| {
        let mut lines = [0; 2 * LINE];
        fill_from(place, &mut lines);
        lines.rotate_left(LINE);
        echo.send_instead(&lines)?;
        echo.send_to(SHORT)
    });
    echo.ends_after_all(sent);
    fails(&mut echo.client)
}

fn notices_a_wrong_byte(run: &mut Run) -> Outcome {
    let bit = 1 << run.number(0..=7);
    // The first bit makes a small letter a capital one, and the second isn't used by ASCII.
    for (bits, words) in [(bit, 14..=62), (0x20, 14..=18), (0x80, 14..=62)] {
        // In the words of a line, not in its number, and behind the start of the message.
        let lines = SHORT as u64 / LINE as u64;
        let line = run.number(lines / 2..=lines - 2) as usize;
        let place = LINE * line + run.number(words) as usize;
        Echo::read_by(run, SHORT)?.with_a_wrong_byte(run, place, bits)?;
    }
    Ok(())
}

fn notices_a_wrong_end(run: &mut Run) -> Outcome {
    // The last byte is in the words of a line, not in its number.
    let length = LINE * run.number(1..=900) as usize + run.number(15..=63) as usize;
    // Which of the bits are compared is another check's question.
    let bit = 1 << run.number(0..=4);
    // The first is in the word `line`, in front of the number.
    Echo::read_by(run, length)?
        .with_a_wrong_byte(run, 0, bit)
        .hint("Is the first byte of each line compared, or only its number?")?;
    Echo::read_by(run, length)?.with_a_wrong_byte(run, length - 1, bit)
}

fn notices_bytes_too_many(run: &mut Run) -> Outcome {
    let mut echo = Echo::read_by(run, SHORT)?;
    run.step("the server sends it back, and one byte more when the client has read it");
    let sent = echo.send_to(SHORT).and_then(|()| {
        let _ = echo.server.has_been_read();
        // A client that looks once whether there is more has done so by now.
        thread::sleep(Duration::from_millis(50));
        echo.send_to(SHORT + 1)
    });
    echo.ends_after_all(sent);
    fails(&mut echo.client)?;
    let mut none = Echo::read_by(run, 0)?;
    run.step("the server sends a byte where nothing was sent");
    let sent = none.send_to(1);
    none.ends_after_all(sent);
    fails(&mut none.client)
}

fn notices_a_reset(run: &mut Run) -> Outcome {
    let Echo { mut client, mut server, .. } = Echo::read_by(run, SHORT)?;
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

fn notices_a_reset_at_the_end(run: &mut Run) -> Outcome {
    let length = run.number(200..=5000) as usize;
    let mut echo = Echo::read_by(run, length)?;
    run.step("the server sends it back");
    if echo.send_to(length).is_ok() && echo.server.has_been_read().is_ok() {
        // Where it isn't known what the client has read, it fails in any case.
        echo.server.reset();
    }
    fails(&mut echo.client)
}

fn sends_every_byte_once(run: &mut Run) -> Outcome {
    // No multiple of any chunk: the last one is short.
    let length = LONG + 1 + 2 * run.number(0..=5000) as usize;
    let mut echo = Echo::start(run, length, true)?;
    run.step(text!("the server reads {length} bytes, each in its place, and the end", length));
    echo.read_all(run)?;
    run.step("the server sends them back");
    echo.send_to(length)?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, length)
}

fn reads_while_it_writes(run: &mut Run) -> Outcome {
    let mut echo = Echo::start_with(run, &["--time-limit", "60"], LONG, true)?;
    run.step("the server sends each piece back before it reads the next one");
    echo.echo_to(LONG)?;
    echo.reads_the_end()?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, LONG)
}

fn reports_a_server_that_closes(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let mut client = run.start(&["--time-limit", "60", &address])?;
    let mut server = accepts(&mut listener)?;
    server.has_unread_input()?;
    server.close();
    fails(&mut client)
}

fn is_idle_while_it_waits(run: &mut Run) -> Outcome {
    let echo = Echo::start(run, LONG, true)?;
    let no_waiting = echo.server.stream().set_nonblocking(true);
    no_waiting.expect("a socket can be told not to wait");
    // More than any kernel keeps for a program that doesn't read.
    let mut room = vec![0; 16 << 20];
    let mut unread = || echo.server.stream().peek(&mut room).unwrap_or(0);
    run.until("the client has sent what there is room for", || {
        // For some time, nothing more has come.
        let before = unread();
        thread::sleep(Duration::from_millis(100));
        (before > 0 && before == unread()).then_some(())
    })?;
    run.stays_idle(&echo.client)
}

fn is_idle_before_the_echo(run: &mut Run) -> Outcome {
    let length = run.number(1000..=5000) as usize;
    let mut echo = Echo::start(run, length, false)?;
    echo.read_all(run)?;
    run.stays_idle(&echo.client)?;
    run.step("the server sends it back, and doesn't end it yet");
    echo.send_to(length)?;
    if echo.server.has_been_read()? {
        run.stays_idle(&echo.client)
            .hint("What does your program do when the last byte has come, and the end hasn't?")?;
    }
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, length)
}

fn stays_small(run: &mut Run) -> Outcome {
    let mut echo = Echo::start(run, LONG, true)?;
    let room = room(run, &echo.client)?;
    run.step("the server echoes a first piece");
    echo.echo_to(PIECE)?;
    run.step("then it neither reads nor writes, until the client has nothing to do");
    // A client that makes more than can be sent has the time to do so, also on a busy machine. Not forever: it
    // may be one that spins.
    let (mut before, mut rounds) = (echo.client.usage()?, 0);
    while rounds < 5 {
        thread::sleep(Duration::from_millis(80));
        let now = echo.client.usage()?;
        let is_idle = now.processor_time == before.processor_time;
        if now.peak > room.most || is_idle && echo.client.running_threads().is_empty() {
            break;
        }
        // As long as it grows, it isn't done.
        rounds = if now.peak > before.peak { 0 } else { rounds + 1 };
        before = now;
    }
    run.step("then it reads three quarters of the message before it goes on with the echo");
    echo.read_to(LONG / 4 * 3)?;
    run.step("then it echoes all but the last line");
    echo.echo_to(LONG - LINE)?;
    let peak = echo.client.usage()?.peak;
    let got = format!("{:.1} MiB", peak as f64 / f64::from(1 << 20));
    run.ensure(room.statement, peak < room.most, got)?;
    run.step("the server echoes the last line");
    echo.echo_to(LONG)?;
    echo.reads_the_end()?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, LONG)
}

fn gives_up_on_a_silent_server(run: &mut Run) -> Outcome {
    ends_in_time(run, &[], |_, _| Ok(()))
}

fn gives_up_on_a_missing_echo(run: &mut Run) -> Outcome {
    let bytes = run.number(1..=5000).to_string();
    let reads_all = |run: &mut Run, server: &mut Peer| {
        run.step("the server reads to the end of the stream");
        let mut piece = vec![0; PIECE];
        while server.read_some(&mut piece, "the message, then its end")? > 0 {}
        Ok(())
    };
    ends_in_time(run, &["--bytes", &bytes], reads_all)?;
    // More than the buffers hold, so that the message ends late.
    let bytes = (12 << 20).to_string();
    ends_after_a_second(run, &["--bytes", &bytes], |run, server| {
        run.step("the server reads nothing for 0.8 s");
        thread::sleep(Duration::from_millis(800));
        reads_all(run, server)
    })
}

fn gives_up_connecting(run: &mut Run) -> Outcome {
    limits_connect(run, fails)
}
