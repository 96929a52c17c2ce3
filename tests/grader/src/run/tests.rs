//! What a run does for its check, and demands, where it holds and where it does not.

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::{Run, of_process, private_loopback};
use crate::check::{Broken, Outcome, got};
use crate::kernel::{self, State};
use crate::patience::must_pass;
use crate::subject::Subject;
use crate::trace::Trace;

fn run() -> Run {
    within(must_pass())
}

fn within(time: Duration) -> Run {
    Run::new(None, &Trace::new(time))
}

/// A run of a shell with this script.
fn of_shell(script: &str) -> Run {
    let subject = Subject::tool(&["sh", "-c", script, "sh"]);
    Run::new(Some(&subject), &Trace::new(must_pass()))
}

fn steps(run: &Run) -> Vec<String> {
    run.trace.take().steps
}

#[test]
fn a_program_is_started_with_its_arguments() {
    let mut run = of_shell("echo $#: $*; case $1 in [def]) exit ;; esac; read go");
    run.start(&["a b", "c"]).unwrap().says("2: a b c").unwrap();
    run.start(&[]).unwrap().says("0:").unwrap();
    let other = Subject::tool(&["echo", "other"]);
    run.start_other(&other, &["one"]).unwrap().says("other one").unwrap();
    run.start_through(&["nice"], &["c"]).unwrap().says("1: c").unwrap();
    run.to_end(&["d"]).unwrap().said("1: d").unwrap();
    run.to_end_unprivileged(&["e"]).unwrap().said("1: e").unwrap();
    run.to_end_without_listening(&["f"]).unwrap().said("1: f").unwrap();
    assert_eq!(steps(&run)[0], "start sh a b c");
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_must_fail_has_an_address_of_its_own() {
    let subject = Subject::tool(&["echo"]);
    let told = || {
        let mut run = Run::alone(Some(&subject), &Trace::new(must_pass()));
        let mut program = run.start(&["--quiet", "127.0.0.1:0"]).unwrap();
        program.ends().unwrap();
        let said = program.stdout();
        said.strip_prefix("--quiet 127.").unwrap().strip_suffix(":0\n").unwrap().to_string()
    };
    let (one, other) = (told(), told());
    assert!(one != other && one != "0.0.1", "{one}, {other}");
}

#[test]
fn a_program_that_does_not_exist_cannot_be_started() {
    let subject = Subject::new("nobody", "/no/such/program");
    let mut run = Run::new(Some(&subject), &Trace::new(must_pass()));
    assert_eq!(run.start(&[]).map(drop).unwrap_err().expected, "the program starts");
}

#[test]
fn a_server_says_where_it_listens() {
    let script = "echo listening on ${1%:0}:80; read go";
    let mut run = of_shell(script);
    assert_eq!(run.serve().unwrap().1, "127.0.0.1:80".parse().unwrap());
    let (_program, alone) = run.serve_alone().unwrap();
    assert!(alone.ip().is_loopback() && alone.port() == 80);
    assert!(alone.ip() != run.serve_alone().unwrap().1.ip() || !cfg!(target_os = "linux"));
    assert_eq!(run.serve_with(&["127.9.9.9:0"]).unwrap().1, "127.9.9.9:80".parse().unwrap());
    let through = run.serve_through(&["nice"], &["127.9.9.9:0"]).unwrap().1;
    assert_eq!(through, "127.9.9.9:80".parse().unwrap());
    assert_ne!(got(of_shell("exit 1").serve()), "what it wanted");
}

/// Runs a check of a time limit that gets these answers, one after the other, and notes the limits.
fn tried(time: Duration, answers: Vec<Outcome<bool>>) -> (Outcome, Vec<Duration>) {
    let (answers, limits) = (RefCell::new(answers.into_iter()), RefCell::new(Vec::new()));
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let outcome = within(time).with_time_limit(|run, limit| {
        limits.borrow_mut().push(limit);
        // Each time clients are counted anew, and what was done in vain is forgotten.
        run.connect(listener.local_addr().unwrap())?;
        let record = run.trace.take();
        assert_eq!((record.steps.len(), &*record.peers[0].1), (1, "the client"));
        run.step("forgotten");
        answers.borrow_mut().next().expect("no more tries than answers")
    });
    (outcome, limits.into_inner())
}

fn broken() -> Outcome<bool> {
    Err(Broken::new("a limit", "none"))
}

#[test]
fn a_time_limit_is_short_at_first() {
    let tried = |answers| tried(must_pass(), answers);
    let [short, long] = [200, 1000].map(Duration::from_millis);
    assert_eq!(tried(vec![Ok(true)]).1, [short]);
    assert_eq!(tried(vec![Ok(false), Ok(true)]).1, [short, long]);
    let (outcome, limits) = tried(vec![broken(), Ok(false), Ok(true)]);
    assert!(outcome.is_ok());
    assert_eq!(limits, [short, long, long]);
    let (outcome, limits) = tried(vec![broken(), broken()]);
    assert_eq!((got(outcome), limits), ("none".into(), vec![short, long]));
}

#[test]
fn a_time_limit_passes_within_the_run() {
    let (outcome, limits) = tried(Duration::from_millis(700), vec![broken()]);
    // A quarter of what was left, in hundredths, is less than the short limit. A busy machine may have left
    // nothing.
    assert!(limits.iter().all(|&limit| limit <= Duration::from_millis(170)), "{limits:?}");
    assert!(limits.iter().all(|limit| limit.as_millis().is_multiple_of(10)), "{limits:?}");
    assert!(outcome.is_err());
    let (outcome, limits) = tried(Duration::ZERO, vec![]);
    assert_eq!((got(outcome), limits), ("nothing: the time was up".into(), vec![]));
}

#[test]
fn a_failure_when_the_time_is_over_is_the_last() {
    // On a busy machine a short time may be over before the check begins.
    let failed = [200, 1000, 5000].into_iter().find_map(|time| {
        let mut run = within(Duration::from_millis(time));
        let trace = run.trace.clone();
        let tried = Cell::new(false);
        let outcome = run.with_time_limit(|_, _| {
            tried.set(true);
            while !trace.left().is_zero() {
                thread::sleep(trace.left());
            }
            broken()
        });
        tried.get().then(|| got(outcome))
    });
    assert_eq!(failed.as_deref(), Some("none"));
}

#[test]
fn clients_are_told_apart() {
    let mut run = run();
    let mut listener = run.listen().unwrap();
    assert!(listener.address().ip().is_loopback());
    let clients = [1, 2, 3].map(|_| run.connect(listener.address()).unwrap());
    let fourth = run.connect_as("the fourth", listener.address()).unwrap();
    for client in clients.iter().chain([&fourth]) {
        assert_eq!(listener.accept().unwrap().remote(), client.local());
    }
    let record = run.trace.take();
    let names: Vec<_> = record.peers.iter().map(|(_, name)| &**name).collect();
    assert_eq!(names[..4], ["the client", "client 2", "client 3", "the fourth"]);
    assert_eq!(record.steps[2], format!("client 2 connects to {}", listener.address()));
}

#[test]
fn nobody_answers_where_nobody_listens() {
    let mut run = run();
    let nobody = run.nobody().unwrap();
    run.is_refused(nobody.address).unwrap();
    assert_ne!(got(run.connect(nobody.address)), "what it wanted");
    let listener = run.listen_on(private_loopback()).unwrap();
    assert_eq!(got(run.is_refused(listener.address())), "a connection");
    let late = "nothing: the time was up";
    assert_eq!(got(within(Duration::ZERO).is_refused(nobody.address)), late);
    assert_eq!(got(within(Duration::ZERO).connect(listener.address())), late);
}

#[test]
fn a_statement_holds_or_it_does_not() {
    let mut run = run();
    run.ensure("it holds", true, "nothing").unwrap();
    let broken = run.ensure("it holds", false, "nothing").unwrap_err();
    assert_eq!((&*broken.expected, &*broken.got), ("it holds", "nothing"));
    assert_eq!(run.attempt("a number", Ok(3)).unwrap(), 3);
    let refused = || -> io::Result<()> { Err(ErrorKind::ConnectionRefused.into()) };
    assert_eq!(got(run.attempt("a number", refused())), "connection refused");
    run.fails("to connect", refused(), ErrorKind::ConnectionRefused).unwrap();
    let other = run.fails("to connect", refused(), ErrorKind::AddrInUse).unwrap_err();
    assert_eq!(other.expected, "to connect fails: address in use");
    assert_eq!(other.got, "connection refused");
    let success = run.fails("to connect", Ok(()), ErrorKind::AddrInUse);
    assert_eq!(got(success), "it succeeded");
    run.step("a step");
    assert_eq!(steps(&run).last().unwrap(), "a step");
}

#[test]
fn what_the_book_shows_is_recorded() {
    let file = crate::workspace::workspace().join("book/chapters/transcripts");
    let first = std::fs::read_dir(file).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&first).unwrap();
    let name = first.file_stem().unwrap().to_str().unwrap();
    let mut run = run();
    run.recorded(name, &text).unwrap();
    // Nor can it be recorded, if the suite is asked to.
    run.recorded("no/such/recording", "something else\n").unwrap_err();
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_is_seen_in_its_states() {
    let mut run = run();
    let mut listener = run.listen().unwrap();
    let server = listener.address();
    let mut client = run.connect(server).unwrap();
    let ours = client.local();
    run.state(ours, server, State::Established).unwrap();
    assert_ne!(got(late(|run| run.state(ours, server, State::CloseWait))), "what it wanted");
    assert_ne!(got(late(|run| run.message_waits_at(server))), "what it wanted");
    client.send("hello").unwrap();
    run.message_waits_at(server).unwrap();
    let mut accepted = listener.accept().unwrap();
    accepted.receives("hello").unwrap();
    assert_ne!(got(late(|run| run.message_waits_at(server))), "what it wanted");
    // Bytes that wait for a client are none for the server.
    accepted.send("hello").unwrap();
    client.has_unread_input().unwrap();
    assert_ne!(got(late(|run| run.message_waits_at(server))), "what it wanted");
    client.end().unwrap();
    run.state(server, ours, State::CloseWait).unwrap();
    // Nor is the end of a stream a message; nor a client that nobody has accepted.
    let _queued = run.connect(server).unwrap();
    assert_ne!(got(late(|run| run.message_waits_at(server))), "what it wanted");
}

/// The same when the time is nearly over.
#[cfg(target_os = "linux")]
fn late<T>(demand: impl FnOnce(&mut Run) -> Outcome<T>) -> Outcome<T> {
    demand(&mut within(Duration::from_millis(20)))
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_waits_rests() {
    let mut run = of_shell("read go; while :; do :; done");
    let mut program = run.start(&[]).unwrap();
    run.settles(&program).unwrap();
    run.rests(&program).unwrap();
    program.types("go\n").unwrap();
    run.until("it is busy", || (!program.running_threads().is_empty()).then_some(())).unwrap();
    // It shows in the processor time, or, where a busy machine gives it little, in that it never waits.
    let mut hurried = within(Duration::from_secs(2));
    assert_ne!(got(hurried.rests(&program)), "what it wanted");
    assert_ne!(got(late(|run| run.settles(&program))), "what it wanted");
}

/// What it did before is over.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_was_busy_rests() {
    let mut run = of_shell("trap 'exec cat' TERM; echo go; while :; do :; done");
    let mut program = run.start(&[]).unwrap();
    program.says("go").unwrap();
    let tenth = Duration::from_millis(100);
    run.until("it has been busy", || {
        program.usage().ok().filter(|usage| usage.processor_time > tenth)
    })
    .unwrap();
    program.terminate().unwrap();
    program.types("now it waits").unwrap();
    program.says("now it waits").unwrap();
    run.rests(&program).unwrap();
}

/// A program may have something to do now and then.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_does_little_rests() {
    let mut run = of_shell("while sleep 0.01; do :; done");
    let program = run.start(&[]).unwrap();
    run.rests(&program).unwrap();
}

#[test]
fn something_is_looked_for_until_it_is_found() {
    let mut run = run();
    let mut looks = 0..3;
    let found = run.until("the third look", || match looks.next() {
        Some(_) => None,
        None => Some("it"),
    });
    assert_eq!(found.unwrap(), "it");
    let late = within(Duration::ZERO).until("nothing", || None::<()>).unwrap_err();
    assert_eq!((&*late.expected, &*late.got), ("nothing", "nothing: the time was up"));
}

#[test]
fn connections_and_listeners_of_ones_own_are_wrapped() {
    let mut run = run();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut listener = run.listener(listener);
    let mut client = run.peer(stream, "a client");
    listener.accept().unwrap().send("hello").unwrap();
    client.receives_all("hello").unwrap();
}

#[test]
fn a_program_without_its_limit_takes_too_long() {
    let mut run = run();
    let now = Instant::now();
    run.less_than_without_limit(now).unwrap();
    let long_ago =
        now.checked_sub(Duration::from_secs(9)).expect("the machine has run for so long");
    assert!(got(run.less_than_without_limit(long_ago)).starts_with("9."));
}

#[test]
fn what_is_broken_after_the_time_limit_says_nothing() {
    let limit = Duration::from_millis(30);
    let tried = |time: Duration, limit: Duration, failures: usize| {
        let mut run = within(time);
        let trace = run.trace.clone();
        let tries = Cell::new(0);
        run.step("before");
        let outcome = run.before_time_limit(limit, |run| {
            run.step("now");
            tries.set(tries.get() + 1);
            thread::sleep(Duration::from_millis(40));
            if tries.get() > failures { Ok(()) } else { Err(Broken::new("a reply", "none")) }
        });
        (outcome.is_ok(), tries.get(), trace.steps())
    };
    assert_eq!(tried(must_pass(), limit, 0), (true, 1, 2));
    assert_eq!(tried(must_pass(), limit, 2), (true, 3, 2));
    assert_eq!(tried(must_pass(), must_pass(), 1), (false, 1, 2), "that was in time");
    assert_eq!(tried(Duration::from_millis(20), limit, 1), (false, 1, 2), "there is no time left");
}

#[test]
fn addresses_of_ones_own_differ() {
    let [one, other] = [private_loopback(), private_loopback()];
    assert!(one.is_loopback() && other.is_loopback());
    assert!(one != other || !cfg!(target_os = "linux"));
    let bytes = [0, 255, 256, 254 * 256 - 1, 254 * 256].map(of_process);
    assert_eq!(bytes, [[1, 0], [1, 255], [2, 0], [254, 255], [1, 0]]);
}

/// A connection from the same client ends TIME_WAIT (RFC 9293 §3.6.1), and is over at once.
#[cfg(target_os = "linux")]
fn comes_back(server: SocketAddr, client: SocketAddr) {
    let listener = TcpListener::bind(server).unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&client.into()).unwrap();
    socket.connect_timeout(&server.into(), must_pass()).unwrap();
    drop(listener);
}

/// A connection whose server ends it first. Both ends have an address that nobody else uses: so the client's
/// port is free again when it has gone.
#[cfg(target_os = "linux")]
fn ended(run: &mut Run) -> Outcome<[SocketAddr; 2]> {
    let mut listener = run.listen_on(private_loopback())?;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(listener.address().ip(), 0).into()).unwrap();
    socket.connect_timeout(&listener.address().into(), must_pass()).unwrap();
    let mut client = run.peer(socket.into(), "the client");
    let mut server = listener.accept()?;
    listener.close();
    let ends = [server.local(), server.remote()];
    server.end()?;
    client.receives_end()?;
    client.close();
    server.receives_end()?;
    server.close();
    run.nothing_is_left(ends[1], ends[0])?;
    Ok(ends)
}

#[cfg(target_os = "linux")]
#[test]
fn who_ends_first_waits() {
    let mut run = run();
    let waits = |_: &mut Run, [server, client]: [_; 2]| Ok(kernel::socket_between(server, client));
    let socket = run.in_time_wait(ended, waits).unwrap().expect("it has lasted");
    assert_eq!(socket.state, State::TimeWait);
    let wrong = |_: &mut Run, _: [_; 2]| Err::<(), _>(Broken::new("right", "wrong"));
    assert_eq!(got(self::run().in_time_wait(ended, wrong)), "wrong");
}

#[cfg(target_os = "linux")]
#[test]
fn where_a_reset_has_ended_time_wait_there_is_another_connection() {
    let tries = Cell::new(0);
    let mut run = self::run();
    run.step("first");
    run.step("second");
    let end = |run: &mut Run| {
        tries.set(tries.get() + 1);
        let [server, client] = ended(run)?;
        // Of the first, nothing is left.
        Ok([if tries.get() == 1 { SocketAddr::new(private_loopback(), 1) } else { server }, client])
    };
    let lasted = Cell::new(0);
    run.in_time_wait(end, |_, [server, client]| {
        lasted.set(lasted.get() + 1);
        if lasted.get() == 1 {
            comes_back(server, client);
            return Err(Broken::new("TIME_WAIT", "nothing"));
        }
        Ok(())
    })
    .unwrap();
    assert_eq!((tries.get(), lasted.get()), (3, 2));
    let steps = steps(&run);
    let connections = steps.iter().filter(|step| *step == "accept a connection").count();
    assert_eq!((&steps[..2], connections), (&["first".into(), "second".into()][..], 1));

    let gone = |_: &mut Run| Ok([SocketAddr::new(private_loopback(), 1); 2]);
    let never = |_: &mut Run, _: [_; 2]| -> Outcome { panic!("nothing is left") };
    assert_eq!(got(self::run().in_time_wait(gone, never)), "nothing is left of 3 connections");
}
