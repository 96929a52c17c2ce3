//! What a server, the machine and its user can do to a client. Lesson 1's program and the solution must
//! withstand it; the exercise doesn't ask for it.

use common::{GREETING, REPLY};
use grader::{Check, Needs, Outcome, Run, check};

use crate::checks::{be_the_server, prints_exactly};
use crate::frames::{PATIENT, frame};

/// What else a server, or the terminal, can do to lesson 1's program.
pub const LESSON: &[Check] = &[
    closes(),
    full_output(|run| reports_a_full_output(run, REPLY.as_bytes())),
    check("gives_up_on_a_reply_without_end", gives_up_on_a_reply_without_end)
        .demands("A server whose reply has no end is cut off, long before the time limit: an error.")
        .hint("How much of your memory may a server fill?")
        .section("02-1-client.html#dont-read-forever"),
    check("takes_a_reply_that_just_fits", takes_a_reply_that_just_fits)
        .demands("A reply of 4 MiB, which is all that is allowed, is printed whole.")
        .hint("What is the longest reply that you take, and how do you tell it from one that is a byte longer?")
        .section("02-1-client.html#dont-read-forever"),
    ctrl_z(|run| goes_on_after_ctrl_z(run, REPLY.as_bytes())),
];

/// The same for the exercise's solution, whose replies have their length in front.
pub const EXERCISE: &[Check] = &[
    closes(),
    full_output(|run| reports_a_full_output(run, &frame(REPLY))),
    ctrl_z(|run| goes_on_after_ctrl_z(run, &frame(REPLY))),
];

const fn closes() -> Check {
    check("reports_a_server_that_closes", reports_a_server_that_closes)
        .demands("A server that closes with the message unread has reset the connection: that is an error.")
        .hint("Which of your calls learns first that the server has gone?")
        .section("02-1-client.html#four-ways-to-fail")
}

const fn full_output(run: fn(&mut Run) -> Outcome) -> Check {
    check("reports_a_full_output", run)
        .demands("A standard output that takes nothing (/dev/full) is an error, with exit code 1.")
        .hint("Whose word does a script have for it that the reply has been printed?")
        .section("02-1-client.html#four-ways-to-fail")
        .needs(Needs::Linux)
}

const fn ctrl_z(run: fn(&mut Run) -> Outcome) -> Check {
    check("goes_on_after_ctrl_z", run)
        .demands("A client that is suspended while it waits, and goes on, gets its reply.")
        .hint("What does a `read` with a time limit return when Ctrl-Z has interrupted it, and is that the server's fault?")
        .section("02-1-client.html#dont-wait-forever")
        .needs(Needs::Linux)
}

fn gives_up_on_a_reply_without_end(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, PATIENT)?;
    server.receives(GREETING)?;
    server.sends_until_cut_off(256 << 20)?;
    client.exits_with(1)?;
    client.complains("longer than")?;
    prints_exactly(run, &client, "")
}

fn takes_a_reply_that_just_fits(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, PATIENT)?;
    server.receives(GREETING)?;
    let reply = "x".repeat(4 << 20);
    server.send(&reply)?;
    server.close();
    client.exits_with(0)?;
    prints_exactly(run, &client, &format!("{reply}\n"))
}

fn goes_on_after_ctrl_z(run: &mut Run, reply: &[u8]) -> Outcome {
    let (mut client, mut server) = be_the_server(run, PATIENT)?;
    server.receives_all(GREETING)?;
    run.becomes_idle(&client)?;
    client.suspend()?;
    run.until("it has stopped", || client.is_stopped().then_some(()))?;
    client.resume()?;
    server.send(reply)?;
    server.close();
    client.exits_with(0)?;
    prints_exactly(run, &client, &format!("{REPLY}\n"))
}

fn reports_a_server_that_closes(run: &mut Run) -> Outcome {
    let (mut client, mut server) = be_the_server(run, &[])?;
    server.has_unread_input()?;
    server.close();
    client.exits_with(1)?;
    client.complains("error: ")?;
    prints_exactly(run, &client, "")
}

fn reports_a_full_output(run: &mut Run, reply: &[u8]) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let starter = ["sh", "-c", "exec \"$@\" > /dev/full", "sh"];
    let mut client = run.start_through(&starter, &[&address])?;
    let mut server = listener.accept()?;
    server.receives_all(GREETING)?;
    server.send(reply)?;
    server.close();
    client.exits_with(1)?;
    client.complains("error: ")
}
