//! Demands that no wrong program breaks, since only experiments make them or since they end a wait: each
//! where it holds and where it does not. A demand that always holds would let a false statement pass.

use std::cell::Cell;
use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{Peer, Run, Subject, Trace, private_loopback};
use crate::check::{Broken, Outcome};
use crate::machine::must_pass;
use crate::machine::sockets::{State, sockets_at};

fn run() -> Run {
    within(must_pass())
}

fn within(time: Duration) -> Run {
    Run::new(None, &Trace::new(time))
}

/// The same when the time is nearly over.
fn late<T>(demand: impl FnOnce(&mut Run) -> Outcome<T>) -> Outcome<T> {
    demand(&mut within(Duration::from_millis(20)))
}

fn got<T>(outcome: Outcome<T>) -> String {
    outcome.err().map_or("what it wanted".into(), |broken| broken.got)
}

/// The check's end, and the program's, which is here in the test's own hands.
fn pair(time: Duration) -> (Peer, TcpStream) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (program, _) = listener.accept().unwrap();
    program.set_read_timeout(Some(must_pass())).unwrap();
    (Peer::new(stream, program.local_addr().ok(), "the client", &Trace::new(time)), program)
}

fn reset(program: TcpStream) {
    socket2::SockRef::from(&program).set_linger(Some(Duration::ZERO)).unwrap();
    drop(program);
}

const SHORT: Duration = Duration::from_millis(50);

#[test]
fn a_reset_is_told_from_an_end_and_both_from_silence() {
    type End = fn(TcpStream);
    let ends: [(&str, End); 3] = [
        ("a byte", |mut program| {
            program.write_all(b"x").unwrap();
            // It outlives the demand.
            thread::spawn(move || (thread::sleep(Duration::from_secs(1)), drop(program)));
        }),
        ("an end", |program| program.shutdown(Shutdown::Both).unwrap()),
        ("a reset", reset),
    ];
    for (what, end) in ends {
        let outcome = |demand: fn(&mut Peer) -> Outcome| {
            let (mut peer, program) = pair(SHORT * 4);
            end(program);
            demand(&mut peer).is_ok()
        };
        let held = [
            outcome(|peer| peer.receives("x")),
            outcome(|peer| peer.receives_end()),
            outcome(|peer| peer.is_reset().map(drop)),
            outcome(|peer| peer.receives_no_reply()),
            outcome(|peer| peer.receives_nothing_for(SHORT)),
            outcome(|peer| peer.has_unread_input()),
        ];
        let expected = match what {
            "a byte" => [true, false, false, false, false, true],
            "an end" => [false, true, false, true, false, false],
            _ => [false, false, true, true, false, false],
        };
        assert_eq!(held, expected, "{what}");
    }
    let (mut peer, _program) = pair(must_pass());
    peer.receives_nothing_for(SHORT).unwrap();
}

/// What a late look finds has come since: it breaks nothing, and isn't lost.
#[test]
fn what_comes_when_a_silence_is_over_stays_for_the_next_step() {
    let (mut peer, mut program) = pair(must_pass());
    let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    io::Write::write_all(&mut program, b"x").unwrap();
    peer.receives_nothing_since(long_ago, SHORT).unwrap();
    peer.receives("x").unwrap();
    io::Write::write_all(&mut program, b"y").unwrap();
    peer.receives_nothing_since(Instant::now(), Duration::from_secs(9)).unwrap_err();
    peer.receives("y").unwrap();
}

#[test]
fn what_no_program_reads_has_not_been_read_and_is_not_cut_off() {
    let (mut peer, _program) = pair(SHORT);
    peer.send("a").unwrap();
    match sockets_at(peer.local()) {
        Some(_) => assert_eq!(got(peer.has_been_read()), "nothing: the time was up"),
        None => assert!(!peer.has_been_read().unwrap()),
    }
    assert_ne!(got(pair(SHORT).0.sends_until_cut_off(1 << 30)), "what it wanted");

    // One that reads for a moment before it closes is right, however much that is.
    let (mut peer, mut program) = pair(must_pass());
    let lingers = thread::spawn(move || {
        let (since, mut buffer) = (Instant::now(), vec![0; 64 << 10]);
        while since.elapsed() < Duration::from_millis(500) {
            io::Read::read(&mut program, &mut buffer).unwrap();
        }
    });
    peer.sends_until_cut_off(1_000_000).unwrap();
    lingers.join().unwrap();

    let (mut peer, mut program) = pair(must_pass());
    let reading = thread::spawn(move || io::copy(&mut program, &mut io::sink()).unwrap());
    assert!(got(peer.sends_until_cut_off(1_000_000)).starts_with("an open connection that took"));
    drop(peer);
    reading.join().unwrap();
}

/// Whatever a program does, a check doesn't panic.
#[test]
fn a_connection_that_is_gone_breaks_a_demand() {
    let (peer, program) = pair(must_pass());
    reset(program);
    let stream = peer.stream().try_clone().unwrap();
    let gone = || stream.peer_addr().is_err().then_some(());
    run().until("it is gone", gone).unwrap();
    let mut peer = run().peer(stream.try_clone().unwrap(), "the client");
    assert_eq!(peer.remote(), "0.0.0.0:0".parse().unwrap());
    assert_ne!(peer.local().port(), 0);
    let outcomes = [
        peer.receives_nothing_for(Duration::ZERO),
        peer.finish_sending(),
        peer.send("a"),
        peer.send_in_chunks(&["a", "b"]),
        peer.has_been_read().map(drop),
    ];
    assert!(outcomes.iter().all(Result::is_err), "{outcomes:?}");
    peer.reset();
}

/// A reader that takes a little every now and then cannot draw the time out.
#[test]
fn a_write_has_one_deadline() {
    let (mut peer, mut program) = pair(SHORT * 4);
    thread::spawn(move || {
        let mut buffer = [0; 1024];
        while io::Read::read(&mut program, &mut buffer).is_ok_and(|count| count > 0) {
            thread::sleep(Duration::from_millis(5));
        }
    });
    assert_ne!(got(peer.send(vec![0; 64 << 20])), "what it wanted");
}

#[test]
fn a_statement_holds_or_it_does_not() {
    let mut run = run();
    assert_eq!(got(run.ensure("it holds", false, "nothing")), "nothing");
    let refused = || -> io::Result<()> { Err(ErrorKind::ConnectionRefused.into()) };
    assert_eq!(got(run.attempt("a number", refused())), "connection refused");
    run.fails("to connect", refused(), ErrorKind::ConnectionRefused).unwrap();
    assert_eq!(got(run.fails("it", refused(), ErrorKind::AddrInUse)), "connection refused");
    assert_eq!(got(run.fails("it", Ok(()), ErrorKind::AddrInUse)), "it succeeded");
    let listener = run.listen().unwrap();
    assert_eq!(got(run.is_refused(listener.address())), "a connection");
    assert_ne!(got(late(|run| run.until("nothing", || None::<()>))), "what it wanted");
}

#[test]
fn a_connection_is_seen_in_its_states() {
    let mut run = run();
    let mut listener = run.listen().unwrap();
    let server = listener.address();
    let mut client = run.connect(server).unwrap();
    let ours = client.local();
    run.state(ours, server, State::Established).unwrap();
    assert_ne!(got(late(|run| run.state(ours, server, State::CloseWait))), "what it wanted");
    assert_ne!(got(late(|run| run.nothing_is_left(ours, server))), "what it wanted");
    assert_ne!(got(late(|run| run.message_waits_at(server))), "what it wanted");
    client.send("hello").unwrap();
    run.message_waits_at(server).unwrap();
    let mut accepted = listener.accept().unwrap();
    accepted.receives("hello").unwrap();
    // Bytes that wait for a client are none for the server; nor is the end of a stream a message.
    accepted.send("hello").unwrap();
    client.has_unread_input().unwrap();
    client.finish_sending().unwrap();
    run.state(server, ours, State::CloseWait).unwrap();
    assert_ne!(got(late(|run| run.message_waits_at(server))), "what it wanted");
}

#[test]
fn a_program_is_what_it_is() {
    let shell = |script: &str| {
        let subject = Subject::tool(&["sh", "-c", script]);
        Run::new(Some(&subject), &Trace::new(must_pass())).start(&[]).unwrap()
    };
    let mut program = shell("echo hello; read go; exit 5");
    program.says("hello").unwrap();
    assert_eq!(got(program.has_not_said("ell")), "just that");
    program.still_runs().unwrap();
    program.types("go\n").unwrap();
    program.ends().unwrap();
    assert_eq!(got(program.still_runs()), "it ended with exit code 5");
    let listens = shell("echo listening on 127.0.0.1:80; read go").finishes_without_listening();
    assert_eq!(got(listens), "a running program that says \"listening on 127.0.0.1:80\"");

    let mut busy = shell("echo busy; while :; do :; done");
    busy.says("busy").unwrap();
    assert_ne!(got(within(Duration::from_secs(1)).stays_idle(&busy)), "what it wanted");
    assert_ne!(got(late(|run| run.becomes_idle(&busy))), "what it wanted");
}

/// A check that starts over because the machine is busy must not lose the failure of a wrong program.
#[test]
fn a_failure_within_its_deadline_counts() {
    let broken = || Broken::new("a limit", "none");
    let tries = Cell::new(0);
    let limits = run().with_deadline(|_, _| {
        tries.set(tries.get() + 1);
        Err(broken())
    });
    assert_eq!((got(limits), tries.get()), ("none".into(), 2));
    let before = |limit| {
        tries.set(0);
        let outcome = run().before_deadline(limit, |_| {
            tries.set(tries.get() + 1);
            if tries.get() > 2 { Ok(()) } else { Err(broken()) }
        });
        (outcome.is_ok(), tries.get())
    };
    assert_eq!(before(must_pass()), (false, 1));
    assert_eq!(before(Duration::ZERO), (true, 3));
    let long_ago = Instant::now().checked_sub(Duration::from_secs(9)).expect("a machine that runs");
    assert!(got(run().shorter_than_default(long_ago)).starts_with("9."));
}

#[test]
fn where_nothing_is_left_of_time_wait_there_is_another_connection() {
    let gone = |_: &mut Run| Ok([SocketAddr::new(private_loopback(), 1); 2]);
    let never = |_: &mut Run, _: [_; 2]| -> Outcome { panic!("nothing is left") };
    assert_eq!(got(run().while_in_time_wait(gone, never)), "nothing is left of 3 connections");
}
