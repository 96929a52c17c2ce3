//! Exercise 1: a client that gets the whole reply, or says why not.
//!
//! # What to build
//!
//! A client that sends one message and prints the reply of the server. `lessons/lesson01/exercise.rs`
//! holds the tutorial's client in Rust: it compiles, and it is right as long as the reply is short and
//! the server is kind. Make it right always. It is called
//!
//! ```text
//! exercise01 [--time-limit SECONDS] [ADDRESS:PORT]
//! ```
//!
//! - It sends `common::GREETING` in UTF-8 and ends its side, so that the server knows that this was all.
//! - The reply is everything until the server ends *its* side, in UTF-8. It may be long, have many lines,
//!   and come in pieces, which may be cut in the middle of a character.
//! - Standard output gets the reply and one newline, nothing else; then the exit code is 0.
//! - If there is no such reply (a server that ends its side without a byte has sent none), standard output
//!   stays empty, standard error gets a line `error: WHAT: WHY`, and the exit code is 1. Nothing is a panic.
//! - The time limit is for the whole reply: a server must not be able to hold the client longer, neither
//!   by silence nor by sending a byte now and then. (A little longer does no harm: nobody measures
//!   milliseconds here.)
//! - A limit for the size of the reply is not asked for, since this client wants all of it. A client for
//!   strangers' servers needs one, as chapter 2.1 says.
//!
//! # Why
//!
//! TCP carries a stream of bytes. It knows nothing of messages and characters, it promises no haste, and
//! only its end says that a reply is complete. Every client that anybody uses has to live with that.
//!
//! # How to start
//!
//! Delete the first line of `lessons/lesson01/exercise.rs`, and look for `TODO(you)` in it. Then, after
//! every change:
//!
//! ```text
//! cargo test -p lesson01 exercise
//! ```
//!
//! The checks below stand in the order in which you might make them pass. In each the suite is the
//! server. All that you need is in chapter 2.1: `cargo run -p book`. One good answer, for afterwards, is
//! `lessons/lesson01/solution.rs`.

use std::time::Instant;

use common::{GREETING, REPLY};
use grader::{Check, Outcome, Program, Run, check};

use crate::checks::{against_a_drip, be_the_server};

/// Where the suite takes its time: on a busy machine it can take more than the usual limit.
pub const PATIENT: &[&str] = &["--time-limit", "60"];

pub const CHECKS: &[Check] = &[
    check("prints_the_reply", prints_the_reply)
        .demands("The client sends its message, and prints the reply and one newline.")
        .hint("Could another program use your output, if the reply is all that it wants?")
        .section("02-1-client.html#the-repair"),
    check("reports_a_refusal", reports_a_refusal)
        .demands("Where nobody listens, the client says so on stderr, and its exit code is 1.")
        .hint("How does a script that calls your client learn that it failed?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("finishes_sending", finishes_sending)
        .demands("After its message the client ends its side, and still gets the reply.")
        .hint("How can a server know that no more of the message will come?")
        .section("02-1-client.html#the-repair"),
    check("waits_for_the_end_of_the_reply", waits_for_the_end_of_the_reply)
        .demands("A reply that comes in pieces is printed whole.")
        .hint("What does `read` return when there will never be more, and what before that?")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("takes_a_reply_of_any_length", takes_a_reply_of_any_length)
        .demands("A reply of 30,000 lines is printed whole.")
        .hint("How long is the longest reply that your client has room for, and what makes it stop reading?")
        .section("02-1-client.html#one-read-is-not-one-reply"),
    check("joins_characters_that_are_cut", joins_characters_that_are_cut)
        .demands("A reply whose pieces end inside characters is printed whole.")
        .hint("Which bytes must you have before they can become text?")
        .section("02-1-client.html#text-and-bytes"),
    check("reports_no_reply", reports_no_reply)
        .demands("A server that closes without a word has not sent an empty reply: an error.")
        .hint("What does it mean when the very first `read` returns 0?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("reports_a_reply_that_breaks_off", reports_a_reply_that_breaks_off)
        .demands("A reply that a reset breaks off is an error, not a short reply.")
        .hint("A stream can end in two ways: how does each of them look to whoever reads, and what have you printed by then?")
        .section("02-1-client.html#four-ways-to-fail"),
    check("reports_bytes_that_are_not_text", reports_bytes_that_are_not_text)
        .demands("A reply that is not text in UTF-8 is an error, and none of it is printed.")
        .hint("What does your way of decoding do with bytes that mean nothing in UTF-8?")
        .section("02-1-client.html#text-and-bytes"),
    check("reports_half_a_character_at_the_end", reports_half_a_character_at_the_end)
        .demands("A reply that ends inside a character is an error, and none of it is printed.")
        .hint("When the stream has ended, is there a byte that has not become text, and what have you printed by then?")
        .section("02-1-client.html#text-and-bytes"),
    check("gives_up_on_a_silent_server", gives_up_on_a_silent_server)
        .demands(
            "A server that accepts and says nothing holds the client no longer than its limit.",
        )
        .hint("For how long does `read` wait if nobody has told it?")
        .section("02-1-client.html#the-repair"),
    check("gives_up_on_a_slow_server", gives_up_on_a_slow_server)
        .demands(
            "A server that sends a byte now and then holds the client no longer than its limit.",
        )
        .hint("What does your time limit measure: one `read`, or all of them together?")
        .section("02-1-client.html#the-repair"),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "finishes_sending",
    "waits_for_the_end_of_the_reply",
    "takes_a_reply_of_any_length",
    "joins_characters_that_are_cut",
    "reports_no_reply",
    "reports_a_reply_that_breaks_off",
    "reports_bytes_that_are_not_text",
    "reports_half_a_character_at_the_end",
    "gives_up_on_a_silent_server",
    "gives_up_on_a_slow_server",
];

fn prints_the_reply(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives(GREETING)?;
    server.send(REPLY)?;
    server.close();
    prints(&mut client, REPLY)
}

fn reports_a_refusal(run: &mut Run) -> Outcome {
    let closed = run.closed_port()?;
    let mut client = run.start(&[&closed.address.to_string()])?;
    fails(&mut client)
}

fn finishes_sending(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives_all(GREETING)?;
    server.send(REPLY)?;
    server.close();
    prints(&mut client, REPLY)
}

fn waits_for_the_end_of_the_reply(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, PATIENT)?;
    server.receives(GREETING)?;
    // A client that has gone before the last piece is judged by what it printed.
    let _ = server.send_in_chunks(&["one, ", "two, ", "three"]);
    server.close();
    prints(&mut client, "one, two, three")
}

fn takes_a_reply_of_any_length(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, PATIENT)?;
    let lines: Vec<String> = (1..=30_000).map(|number| format!("line {number}")).collect();
    let reply = lines.join("\n");
    server.receives(GREETING)?;
    let _ = server.send(&reply);
    server.close();
    prints(&mut client, &reply)
}

fn joins_characters_that_are_cut(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, PATIENT)?;
    server.receives(GREETING)?;
    // Characters of one to four bytes. Each cut is inside one, and nowhere else.
    let (reply, cuts) = ("né你好🦀", [0, 2, 4, 8, 11, 13]);
    let pieces: Vec<_> = cuts.windows(2).map(|cut| &reply.as_bytes()[cut[0]..cut[1]]).collect();
    let _ = server.send_in_chunks(&pieces);
    server.close();
    prints(&mut client, reply)
}

fn reports_no_reply(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives(GREETING)?;
    server.close();
    fails(&mut client)
}

fn reports_a_reply_that_breaks_off(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, PATIENT)?;
    server.receives(GREETING)?;
    // Whole characters, and some are read before the reset: only the reset says that more was to come. A client
    // that has not read them is told nothing.
    if server.send_in_chunks(&["问", "题"]).is_ok() {
        server.reset();
    }
    fails(&mut client)
}

fn reports_bytes_that_are_not_text(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives(GREETING)?;
    // `你好` in GBK, the other encoding of the tutorial.
    server.send(b"\xc4\xe3\xba\xc3")?;
    server.close();
    fails(&mut client)
}

fn reports_half_a_character_at_the_end(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.receives(GREETING)?;
    server.send(&"你好".as_bytes()[..5])?;
    server.close();
    fails(&mut client)
}

fn gives_up_on_a_silent_server(run: &mut Run) -> Outcome {
    let since = Instant::now();
    let (mut client, _server) = be_the_server(run, &["--time-limit", "0.2"])?;
    fails(&mut client)?;
    run.shorter_than_default(since)
}

fn gives_up_on_a_slow_server(run: &mut Run) -> Outcome {
    against_a_drip(run, |_, client| fails(client))
}

/// Demands that the client ends well and has printed the reply and one newline.
fn prints(client: &mut Program, reply: &str) -> Outcome {
    client.finishes()?.said_exactly(&format!("{reply}\n"))?.exited_with(0)?;
    Ok(())
}

/// Demands that the client ends with an error, and has printed nothing as if it were the reply.
fn fails(client: &mut Program) -> Outcome {
    client.finishes()?.said_exactly("")?.explained()?.exited_with(1)?;
    Ok(())
}
