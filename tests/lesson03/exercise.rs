//! Exercise 3: a server that can be restarted at once, and never twice at the same time.
//!
//! A server in use is restarted often: for a new version, after a crash, at three in the morning by a
//! script. It must have its port again in that moment, whatever connections the run before has left
//! behind. And a server that is started twice by accident must say so, or two programs share one port
//! and nobody knows which of them has answered.
//!
//! `lessons/lesson03/exercise.rs` serves its clients one after another, with lesson 2's conversation:
//! it replies, ends its side, and waits for the client's end. So it is often the server that closes first.
//! Its listener is made by socket2, as in lesson 3. Complete it:
//!
//! - The address is the first argument. `listening on ADDRESS:PORT` on stdout names the real port, with
//!   port 0 too. (The starter does this.)
//! - It serves clients one after another, for good, also after one that broke its connection off. Every
//!   client gets the whole reply and a clean end of the stream. (The starter does this.)
//! - A port that another program holds is an error on stderr, `error: WHAT: WHY`, which names the address
//!   as it was given, with exit code 1: no panic, no other port, no waiting until the port is free.
//! - While one run listens on a port, a second run on the same port fails, and the first serves on.
//! - When a run has ended, the next gets the same port at once: after it closed a connection first, after
//!   `kill -9` with a client still connected, and three times in a row. There is no second try.
//!
//! To begin, delete the first line of `lessons/lesson03/exercise.rs`. Then
//!
//! ```text
//! cargo test -p lesson03 exercise
//! ```
//!
//! grades it, and explains each check that fails. You need nothing that is not in chapter 2.3.

use std::cell::Cell;
use std::net::{SocketAddr, TcpListener};

use common::{GREETING, REPLY};
use grader::{Check, Needs, Outcome, Peer, Program, Run, check, close, private_loopback};

use servers::one_client::serves_the_next_after_a_slow_sender;
use servers::robustness::Protocol;

const SECTION: &str = "02-3-port-reuse.html#exercise";

pub const CHECKS: &[Check] = &[
    check("says_where_it_listens", says_where_it_listens)
        .demands("Started with port 0, it says which port the kernel chose, and serves a client there.")
        .hint("Who knows the port: the command line, or the listener?")
        .section(SECTION),
    check("serves_one_after_another", serves_one_after_another)
        .demands("Each client gets the whole reply and a clean end, also after one that broke off.")
        .hint("What does your server do when it is done with a client, and how does that client learn of it? And when one has broken off?")
        .section(SECTION),
    check("names_the_taken_port", names_the_taken_port)
        .demands("A port that another program holds is an error with exit code 1 that names the address.")
        .hint("You start five servers, and one cannot have its port: what do you have to be told?")
        .section("02-3-port-reuse.html#two-servers-on-one-port"),
    check("never_listens_twice", never_listens_twice)
        .demands("While one run listens, a second on the same port fails, and the first serves on.")
        .hint("What does the second run do when `bind` refuses? And if it does not refuse: what has allowed it?")
        .section("02-3-port-reuse.html#two-servers-on-one-port")
        .needs(Needs::Unix),
    check("restarts_after_closing_first", restarts_after_closing_first)
        .demands("After a run that closed a connection first, the next run has the same port at once.")
        .hint("What is left on the port when the program is gone, and which call stumbles over it? If you have set the option: before that call?")
        .section("02-3-port-reuse.html#who-waits"),
    check("restarts_after_a_kill", restarts_after_a_kill)
        .demands("After `kill -9` with a client still connected, the next run has the same port at once.")
        .hint("The program is gone, and its end of the connection is not: who keeps it, and what does the next `bind` want to know of it?")
        .section("02-3-port-reuse.html#who-waits"),
    check("restarts_three_times", restarts_three_times)
        .demands("Three restarts in a row, each after several clients, all have the same port at once.")
        .hint("What must every run do, the first one too, so that the next can have its port?")
        .section("02-3-port-reuse.html#the-repair"),
];

/// The checks that the untouched starter fails.
pub const STARTER_FAILS: &[&str] = &[
    "names_the_taken_port",
    "restarts_after_closing_first",
    "restarts_after_a_kill",
    "restarts_three_times",
];

fn says_where_it_listens(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    run.ensure("the port is a real one", address.port() != 0, address)?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives(REPLY)?;
    client.close();
    Ok(())
}

fn serves_one_after_another(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    serves_a_client(run, address)?.close();
    run.connect(address)?.reset();
    serves_a_client(run, address)?.close();
    server.still_runs()
}

fn names_the_taken_port(run: &mut Run) -> Outcome {
    let holder = TcpListener::bind((private_loopback(), 0));
    let holder = run.attempt("another program listens on a free port", holder)?;
    let taken = run.attempt("learn its address", holder.local_addr())?.to_string();
    run.to_end_without_listening(&[&taken])?.exited_with(1)?.explained()?.complained(&taken)?;
    close(holder);
    Ok(())
}

fn never_listens_twice(run: &mut Run) -> Outcome {
    let (mut first, address) = run.serve_on_own_address()?;
    run.to_end_without_listening(&[&address.to_string()])?.exited_with(1)?;
    first.still_runs()?;
    serves_a_client(run, address)?.close();
    Ok(())
}

fn restarts_after_closing_first(run: &mut Run) -> Outcome {
    let first = Cell::new(None);
    run.while_in_time_wait(
        |run| {
            let (server, address) = run.serve_on_own_address()?;
            first.set(Some(server));
            Ok([address, leaves_closing_first(run, address)?])
        },
        |run, [address, _]| {
            let mut server = first.take().expect("the first run");
            // For the report: what it has to say of its client.
            server.waits_until_idle();
            server.kill()?;
            let _server = restarts(run, address)?;
            serves_a_client(run, address)?.close();
            Ok(())
        },
    )
}

fn restarts_after_a_kill(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_on_own_address()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    // The reply proves that the server has accepted: a client that only waits in the queue would be
    // reset when the server dies, and would leave nothing on the port.
    client.receives(REPLY)?;
    server.kill()?;
    let _server = restarts(run, address)?;
    serves_a_client(run, address)?.close();
    client.close();
    Ok(())
}

fn restarts_three_times(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_on_own_address()?;
    for _ in 0..3 {
        for _ in 0..2 {
            // The second run must not come before the end of the first has to wait.
            run.while_in_time_wait(
                |run| Ok([address, leaves_closing_first(run, address)?]),
                |_, _| Ok(()),
            )?;
        }
        server.kill()?;
        server = restarts(run, address)?;
    }
    serves_a_client(run, address)?.close();
    Ok(())
}

/// A client that gets the whole reply and a clean end, and has not closed its own side yet.
fn serves_a_client(run: &mut Run, address: SocketAddr) -> Outcome<Peer> {
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    Ok(client)
}

/// A client that leaves closing first to the server, so that the server's end has to wait. Returns the
/// client's address.
fn leaves_closing_first(run: &mut Run, address: SocketAddr) -> Outcome<SocketAddr> {
    let client = serves_a_client(run, address)?;
    let name = client.local();
    client.close();
    Ok(name)
}

/// The next run, on the address of the one that has just ended.
fn restarts(run: &mut Run, address: SocketAddr) -> Outcome<Program> {
    let (server, again) = run.serve_with(&[&address.to_string()])?;
    let got = format!("it listens on {again}");
    run.ensure(format!("its address is {address} again"), again == address, got)?;
    Ok(server)
}

/// What else can happen to a server for one greeting after another.
pub const ROBUSTNESS: &[Check] = &[check("gives_up_on_a_slow_sender", gives_up_on_a_slow_sender)
    .demands("A client that sends a byte now and then holds the server no longer than --time-limit; the next is served.")
    .hint("What does your time limit measure: one `read`, or the conversation?")
    .section("02-2-server.html#the-repair")
    .needs(Needs::Unix)];

fn gives_up_on_a_slow_sender(run: &mut Run) -> Outcome {
    run.with_deadline(|run, limit| {
        let (_, _, steady) = serves_the_next_after_a_slow_sender::<Greetings>(run, limit)?;
        Ok(steady)
    })
}

/// One reply for each client, whatever it sends.
pub struct Greetings;

impl Protocol for Greetings {
    const SECTION: &'static str = SECTION;
    const MAKES_OTHERS_WAIT: bool = true;
    const HALF: &'static [u8] = b"\xe4\xbd";

    fn asks(client: &mut Peer) -> Outcome {
        client.send(GREETING)
    }

    fn is_answered(client: &mut Peer) -> Outcome {
        client.receives_all(REPLY)
    }

    fn sends_much(client: &mut Peer) -> Outcome {
        client.write_all(&[b'x'; 256 << 10], "the server reads the message")?;
        client.finish_sending()?;
        client.receives_all(REPLY)
    }
}
