//! What clients, the machine and its user can do to a server for one client at a time.

use std::io::{ErrorKind, Read, Write};
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::{GREETING, REPLY};
use grader::{Check, Needs, Outcome, Program, Run, check, ways_to_end};

use crate::robustness::{
    Protocol, cut_anywhere, resets_in_its_request, serve_into, serve_with_full_errors,
};

/// What else can happen to a server for one client, who ends it.
pub const ROBUSTNESS: &[Check] = &[
    check("closes_on_a_client_that_stays", closes_on_a_client_that_stays)
        .demands("A client that has its reply and keeps its side open has been served: the limit ends that, with exit code 0.")
        .hint("What do you know of the message when the time is up, and is it an error that the client is still there?")
        .section("02-2-server.html#the-repair"),
    check("reports_a_reset_later_on", reports_a_reset_later_on)
        .demands("A reset in the middle of the message, or after the reply, is reported, with exit code 1.")
        .hint("Which of your calls can find out that the client has broken off?")
        .section("02-2-server.html#the-repair")
        // In Wine, a read that waits when the reset comes returns 0.
        .needs(Needs::NotWine),
    check("shows_zeros_as_escapes", shows_zeros_as_escapes)
        .demands("Zeros and control characters are text; they are printed so that a terminal is safe from them.")
        .hint("What does a terminal do when it is sent the character ESC?")
        .section("02-2-server.html#the-repair"),
    check("reports_a_full_output", reports_a_full_output)
        .demands("A standard output that takes nothing (/dev/full) is an error, with exit code 1.")
        .hint("What does `println!` do when it cannot print?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::Linux),
    check("reports_a_closed_output", reports_a_closed_output)
        .demands("When its standard output isn't read any more, that's an error, with exit code 1, and a client that's connected has its reply.")
        .hint("What can fail when the line about a client is printed, and does the client have its reply by then?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::LinuxAnd("bash")),
    check("reports_that_no_descriptor_is_left", reports_that_no_descriptor_is_left)
        .demands("Without a descriptor for its client, the server says so, with exit code 1.")
        .hint("Which of your calls need a descriptor?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::Linux),
    check("runs_again_after_kill", runs_again_after_kill)
        .demands("Ended by `kill -9` with its client connected, it can be started again at once on the same port.")
        .hint("Who holds the port after the program has gone, and which option lets the next run share it?")
        .section("02-3-port-reuse.html#exercise"),
];

fn reads_a_message_cut_anywhere(run: &mut Run) -> Outcome {
    let text = "né你🦀";
    for pieces in cut_anywhere(text) {
        let (mut server, address) = run.serve()?;
        let mut client = run.connect(address)?;
        client.send_in_chunks(&pieces)?;
        client.finish_sending()?;
        client.receives_all(REPLY)?;
        server.says(text)?;
    }
    Ok(())
}

fn closes_on_a_client_that_stays(run: &mut Run) -> Outcome {
    run.with_deadline(|run, limit| {
        let seconds = limit.as_secs_f64().to_string();
        let (mut server, address) = run.serve_with(&["--time-limit", &seconds, "127.0.0.1:0"])?;
        let mut client = run.connect(address)?;
        client.send(GREETING)?;
        client.receives_all(REPLY)?;
        server.exits_with(0)?;
        server.says("keeps its side open")?;
        server.says(GREETING)?;
        Ok(true)
    })
}

fn reports_a_reset_later_on(run: &mut Run) -> Outcome {
    // Only the reply proves that the server has begun to read, so it goes out before both.
    for waits in [false, true] {
        let (mut server, address) = run.serve()?;
        let mut client = run.connect(address)?;
        client.send(&GREETING.as_bytes()[..2])?;
        client.receives(REPLY)?;
        if waits {
            client.receives_end()?;
        }
        client.reset();
        server.exits_with(1)?;
        server.complains("reset")?;
    }
    Ok(())
}

fn shows_zeros_as_escapes(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    client.send("a\0b\x1b[2J")?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    server.exits_with(0)?;
    let printed = server.stdout();
    let harmless = printed.chars().all(|c| c == '\n' || !c.is_control());
    run.ensure("no control character is printed", harmless, grader::quote(printed.as_bytes()))?;
    server.says("a\\0b")
}

fn reports_a_full_output(run: &mut Run) -> Outcome {
    let starter = ["sh", "-c", "exec \"$@\" > /dev/full", "sh"];
    let mut server = run.start_through(&starter, &["127.0.0.1:0"])?;
    server.exits_with(1)?;
    server.complains("error: cannot write to standard output")
}

fn reports_a_closed_output(run: &mut Run) -> Outcome {
    // The server isn't there yet. The message waits in the kernel, so that the client has asked in time.
    let (mut server, address) = serve_until_nobody_reads(run)?;
    nobody_reads(&mut server)?;
    server.suspend()?;
    let mut late = run.connect_as("a late client", address)?;
    late.send(GREETING)?;
    late.finish_sending()?;
    server.resume()?;
    misses_its_output(&mut server)?;
    late.receives_no_reply()?;

    // The line that tells of the client has been printed.
    let (mut server, address) = serve_until_nobody_reads(run)?;
    let mut client = run.connect_as("an early client", address)?;
    run.becomes_idle(&server)?;
    nobody_reads(&mut server)?;
    client.send(GREETING)?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    misses_its_output(&mut server)
}

/// The line `listening on` is read, and the pipe stays open until something is typed.
fn serve_until_nobody_reads(run: &mut Run) -> Outcome<(Program, SocketAddr)> {
    let reader = "read -r line; echo \"$line\"; read -r go <&3; exec <&-; echo 'nobody reads'";
    serve_into(run, reader)
}

/// From here on, a program that writes gets EPIPE.
fn nobody_reads(server: &mut Program) -> Outcome {
    server.types("stop reading\n")?;
    server.says("nobody reads")
}

fn misses_its_output(server: &mut Program) -> Outcome {
    server.exits_with(1)?;
    server.complains("error: cannot write to standard output")
}

fn reports_that_no_descriptor_is_left(run: &mut Run) -> Outcome {
    // Standard input, output, error and the listener: nothing is left for a client.
    // Those that the suite has inherited, from `make` say, would leave none for the listener.
    let none = "exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; ulimit -n 4; exec \"$@\"";
    let (mut server, address) = run.serve_through(&["sh", "-c", none, "sh"], &["127.0.0.1:0"])?;
    // It may be gone before a client comes.
    let _ = std::net::TcpStream::connect(address);
    server.exits_with(1)?;
    server.complains("error: cannot accept a client")
}

fn runs_again_after_kill(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_on_own_address()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives(REPLY)?;
    server.kill()?;
    let mut server = runs_again(run, address)?;
    client.close();
    server.exits_with(0)
}

/// The next run has the address of the one that has just ended, and serves a client.
fn runs_again(run: &mut Run, address: SocketAddr) -> Outcome<Program> {
    let (server, again) = run.serve_with(&[&address.to_string()])?;
    run.ensure("the second run has the same address", again == address, again)?;
    let mut next = run.connect(address)?;
    next.send(GREETING)?;
    next.finish_sending()?;
    next.receives_all(REPLY)?;
    Ok(server)
}

/// What can happen to every server with this conversation, also to one that serves many clients in turn.
pub const ROBUSTNESS_OF_ALL: &[Check] = &[
    check("reads_a_message_cut_anywhere", reads_a_message_cut_anywhere)
        .demands("A message is read whole, wherever it is cut in two, and when it comes byte by byte.")
        .hint("Which of your steps takes it for granted that a piece ends where a character ends?")
        .section("02-2-server.html#one-read-is-not-one-message"),
    check("ends_in_the_middle_of_a_reply", ends_in_the_middle_of_a_reply)
        .demands("SIGTERM or Ctrl-C ends the server: its client gets what was written, and an end; the next run has the port at once.")
        .hint("Which process gets the signal, and which others have the client's connection, or the port?")
        .section("03-stopping.html#ctrl-c"),
    check("waits_for_its_stdout", waits_for_its_stdout)
        .demands("While its standard output is a full pipe that isn't read, the server waits, and its client has its reply; when the pipe is read, it goes on.")
        .hint("When is the reply sent, and what can still go wrong before that?")
        .section("02-2-server.html#the-repair")
        .needs(Needs::LinuxAnd("bash")),
];

fn waits_for_its_stdout(run: &mut Run) -> Outcome {
    // The line `listening on` is read; all others, when something is typed.
    let reader = "read -r line; echo \"$line\"; read -r go <&3; exec cat";
    let (mut server, address) = serve_into(run, reader)?;
    let mut client = run.connect(address)?;
    run.step("it sends four times what a pipe holds");
    // 64 KiB (pipe(7)).
    client.write_all(&[b'x'; 256 << 10], "the server reads the message")?;
    client.finish_sending()?;
    client.receives_all(REPLY)?;
    run.stays_idle(&server)?;
    server.still_runs()?;
    server.types("read on\n")?;
    // The last bytes of the message, and the end of the line.
    server.says("xxx\"\n")
}

/// For a server that serves one client after another.
pub struct OneAfterAnother<P>(PhantomData<P>);

impl<P: Protocol> OneAfterAnother<P> {
    pub const CHECKS: [Check; 1] =
        [check("waits_for_its_stderr", waits_for_its_stderr::<P>)
            .demands("While its standard error is a full pipe that isn't read, the server waits with what went wrong; when the pipe is read, the next client is served.")
            .hint("What do you do with an error after it has been said?")
            .section(P::SECTION)
            .needs(Needs::LinuxAnd("bash"))];
}

fn waits_for_its_stderr<P: Protocol>(run: &mut Run) -> Outcome {
    // What fills the pipe are zeros.
    let reader = "read -r go <&3; exec sed -u 's|\\x00||g' >&5";
    let (mut server, address) = serve_with_full_errors(run, reader)?;
    resets_in_its_request::<P>(run, address)?;
    let mut next = run.connect_as("the next client", address)?;
    P::asks(&mut next)?;
    run.stays_idle(&server)?;
    server.still_runs()?;
    server.types("read on\n")?;
    server.complains("error: ")?;
    P::is_answered(&mut next)
}

/// A client sends a byte now and then while the next one waits for its reply, which must come; and the one
/// that drips must be cut off, also by a server that serves both at once. Returns the server, the address of
/// the one that drips, and whether the drip was steady.
pub fn serves_the_next_after_a_slow_sender<P: Protocol>(
    run: &mut Run,
    limit: Duration,
) -> Outcome<(Program, SocketAddr, bool)> {
    let seconds = limit.as_secs_f64().to_string();
    let (mut server, address) = run.serve_with(&["--time-limit", &seconds, "127.0.0.1:0"])?;
    server.suspend()?;
    let mut dripping = run.connect_as("the dripping client", address)?;
    let mut next = run.connect_as("the next client", address)?;
    let name = dripping.local();
    // Each byte in a segment of its own, at once.
    let at_once = dripping.stream().set_nodelay(true);
    at_once.and(next.stream().set_nonblocking(true)).map_err(|why| run.broken("a socket", why))?;
    dripping.send(".")?;
    P::asks(&mut next)?;
    let no_waiting = dripping.stream().set_nonblocking(true);
    no_waiting.map_err(|why| run.broken("a socket", why))?;

    let mut last = Instant::now();
    let mut pause = Duration::ZERO;
    let mut is_cut_off = false;
    server.resume()?;
    run.until("the next client hears from the server, and the dripping one is cut off", || {
        let now = Instant::now();
        let would_wait = |why: &std::io::Error| why.kind() == ErrorKind::WouldBlock;
        is_cut_off |= dripping.stream().write(b".").is_err_and(|why| !would_wait(&why));
        is_cut_off |= match dripping.stream().read(&mut [0; 1024]) {
            Ok(count) => count == 0,
            Err(why) => !would_wait(&why),
        };
        pause = pause.max(last.elapsed());
        last = now;
        let looked = next.stream().peek(&mut [0]);
        let hears = !looked.is_err_and(|why| would_wait(&why));
        (hears && is_cut_off).then_some(())
    })?;
    next.stream().set_nonblocking(false).map_err(|why| run.broken("a socket", why))?;

    P::is_answered(&mut next)?;
    Ok((server, name, pause < limit / 2))
}

fn ends_in_the_middle_of_a_reply(run: &mut Run) -> Outcome {
    for tell_to_end in ways_to_end() {
        let (mut server, address) = run.serve_on_own_address()?;
        let mut client = run.connect(address)?;
        client.send(&GREETING.as_bytes()[..1])?;
        // Written, and nothing is unread: the kernel has all that it needs for an end in good order.
        let (first, rest) = REPLY.as_bytes().split_at(9);
        client.receives(first)?;
        let mut waiting = run.connect_as("a client in the queue", address)?;
        tell_to_end(&mut server)?;
        client.receives_all(rest)?;
        waiting.receives_no_reply()?;
        server.ends()?;
        runs_again(run, address)?;
        client.close();
    }
    Ok(())
}
