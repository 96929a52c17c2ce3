//! What lesson 4's program and its exercise are both asked: the parts that do not depend on how a
//! client talks with its server. `is_served` is that part.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use common::GREETING;
use grader::sockets;
use grader::{
    Broken, Check, Hint, Needs, Outcome, Peer, Program, Rlimit, Run, Usage, check, looked_up, text,
};
use socket2::SockRef;

use crate::robustness::{
    Protocol, narrow, resets_in_its_request, serve_with_full_errors, serves_another,
};

/// The client sends a message and gets its reply.
pub type IsServed = fn(&mut Peer) -> Outcome;

/// A server without descriptors complains ten times a second at most, and serves those that it has.
pub fn survives_without_descriptors(run: &mut Run, is_served: IsServed) -> Outcome {
    // A server may wait for a second before it calls `accept` again, and is to do so twice.
    run.grants(Duration::from_secs(2));
    let (mut server, address) = serve_with_few_descriptors(run, MORE)?;
    let mut first = run.connect(address)?;
    is_served(&mut first)?;
    let since = Instant::now();
    let (mut crowd, waits) = crowd(run, &mut server, address, is_served)?;
    let Some(mut last) = waits else { return is_served(&mut first) };
    run.stays_idle(&server)
        .hint("The client stays in the queue when `accept` fails: what does the next `accept` do, and how soon do you call it?")?;
    // Long enough to tell how often it complains.
    last.receives_nothing_for(Duration::from_secs(1))
        .hint("What becomes of the clients in the queue when `accept` fails?")?;
    // A line of advice may follow each.
    let errors = server.stderr().lines().filter(|line| line.starts_with("error: ")).count();
    let took = since.elapsed();
    // Ten a second, and some for the moments between.
    let few = 3 + took.as_millis() as usize / 100;
    let statement = text!("it has complained fewer than {few} times", few);
    let got = text!(
        "{errors} times in {seconds} s",
        errors,
        seconds = format!("{:.1}", took.as_secs_f64()),
    );
    run.ensure(statement, errors < few, got)
        .hint("How often do you say the same, and how soon do you call `accept` again?")?;
    is_served(&mut first)
        .hint("Which clients does an error of `accept` concern, and in which thread does your program wait after it?")?;
    // Descriptors come back in two ways.
    if run.changes_descriptors(&server, DESCRIPTORS, MORE) {
        run.step(text!(
            "the limit is raised to {descriptors} descriptors, and every client stays",
            descriptors = MORE,
        ));
        is_served(&mut last)
            .hint("What makes your program call `accept` again after it has failed, and does that come when no client goes?")?;
        run.changes_descriptors(&server, MORE, DESCRIPTORS);
        run.step("the limit is what it was before");
        // An `accept` that waits has its descriptor already: that's for the first of two.
        crowd.push(last);
        crowd.push(run.connect(address)?);
        last = run.connect(address)?;
    }
    // The last of the crowd is still in the queue. Descriptors come back when the others go.
    drop(crowd);
    is_served(&mut last)
        .hint("When does your program call `accept` again, after it has failed?")?;
    last.close();
    is_served(&mut run.connect(address)?)
}

/// Ctrl-C while `accept` fails, and fails again.
pub fn stops_without_descriptors(run: &mut Run, is_served: IsServed) -> Outcome {
    in_time(run, |run| {
        let (mut server, address) = serve_with_few_descriptors(run, DESCRIPTORS)?;
        let mut first = run.connect(address)?;
        is_served(&mut first)?;
        let (_crowd, waits) = crowd(run, &mut server, address, is_served)?;
        if waits.is_none() {
            return stops(&mut server);
        }
        // Not only for the moment in which a thread had opened something. Where `accept` is called again
        // and again, one thread never waits: then none may be free in many looks.
        let mut looks = 0;
        run.until("no descriptor is left, and none becomes free", || {
            // The threads first: one in the middle of something may give back a descriptor after the count.
            let all_wait = server.running_threads().is_empty();
            looks = if free_descriptors(&server) == 0 { looks + 1 } else { 0 };
            (all_wait && looks > 0 || looks > 100).then_some(())
        })?;
        stops(&mut server)
    })
}

/// Ctrl-C while the last descriptor is in the hands of an `accept` that waits: Linux gives it one first.
fn stops_with_the_last_descriptor<P: Protocol>(run: &mut Run) -> Outcome {
    in_time(run, |run| {
        let (mut server, address) = serve_with_few_descriptors(run, DESCRIPTORS)?;
        let mut clients = Vec::new();
        loop {
            // One of its threads in accept, and none in the middle of something, with one descriptor more.
            run.becomes_idle(&server)?;
            if free_descriptors(&server) <= 1 {
                break;
            }
            let mut client = run.connect(address)?;
            P::is_served(&mut client)?;
            clients.push(client);
        }
        stops(&mut server)
    })
}

/// Ctrl-C when no client is left to wait for.
fn stops_without_delay<P: Protocol>(run: &mut Run) -> Outcome {
    within(run, 10, Duration::from_millis(900), |run| {
        let (mut server, address) = run.serve()?;
        let mut gone = run.connect(address)?;
        P::is_served(&mut gone)?;
        gone.close();
        let mut idle = run.connect(address)?;
        P::is_served(&mut idle)?;
        stops(&mut server)
    })
}

/// A client with small buffers sends this, then bytes that are not text, and more. Returns all that it gets
/// until the end of the stream, which it begins to read when the server has done with it.
pub fn parts_with(run: &mut Run, good: &[u8]) -> Outcome<Vec<u8>> {
    let (mut server, address) = run.serve()?;
    let stream = run.attempt("a client with small buffers connects", narrow(address))?;
    let mut client = run.peer(stream, "the client");
    let name = client.local();
    client.send([good, b"\xff\n", &[b'x'; 128 << 10]].concat())?;
    server.reports(name)?;
    run.until("nothing of that is unread", || {
        let socket = sockets::socket_between(address, name);
        socket.is_none_or(|socket| socket.receive_queue == 0).then_some(())
    })?;
    let room = SockRef::from(client.stream()).set_recv_buffer_size(1 << 20);
    run.attempt("the client begins to read", room)?;
    client.receives_to_end()
}

/// On Ctrl-C it ends with exit code 0. Returns how long that took.
pub fn stops(server: &mut Program) -> Outcome<Duration> {
    server.interrupt()?;
    let since = Instant::now();
    server.exits_with(0)?;
    Ok(server.ran_since(since))
}

/// Demands that a server ends within 2 s after Ctrl-C. `stop` returns how long it took.
pub fn in_time(run: &mut Run, stop: impl Fn(&mut Run) -> Outcome<Duration>) -> Outcome {
    within(run, 3, Duration::from_secs(2), stop)
}

/// How much later than it was told a program may be: it has to be scheduled, and so has the check.
const MARGIN: Duration = Duration::from_millis(300);

/// A busy machine can make a right program late. A program that is wrong is late each time: so what takes
/// too long is done again.
fn within(
    run: &mut Run,
    tries: usize,
    most: Duration,
    stop: impl Fn(&mut Run) -> Outcome<Duration>,
) -> Outcome {
    let statement = text!("that took {most} at most", most = format!("{most:?}"));
    let mut late: Option<Broken> = None;
    for number in 1..=tries {
        let outcome = stop(run);
        let took = match (outcome, late.take()) {
            (Ok(took), _) => took,
            // There was not enough time to do it again.
            (Err(_), Some(late)) => {
                run.step(&statement);
                return Err(late);
            }
            (Err(broken), None) => return Err(broken),
        };
        match run.ensure_in_time(&statement, took < most + MARGIN, format!("{took:.1?}")) {
            Err(broken) if number < tries && run.starts_over() => late = Some(broken),
            outcome => return outcome,
        }
    }
    Ok(())
}

/// How many descriptors a server gets where they are few, and how many when it gets more.
const DESCRIPTORS: u64 = 32;
const MORE: u64 = 40;

fn free_descriptors(server: &Program) -> usize {
    let folder = format!("/proc/{}/fd", server.id());
    (0..DESCRIPTORS).filter(|number| !Path::new(&format!("{folder}/{number}")).exists()).count()
}

/// So many clients that the server has no descriptor for the last. One after the other, since no text asks
/// for a long queue. `None`: it never comes to that, since each client is served by a process of its own.
fn crowd(
    run: &mut Run,
    server: &mut Program,
    address: SocketAddr,
    is_served: IsServed,
) -> Outcome<(Vec<Peer>, Option<Peer>)> {
    let mut crowd = Vec::new();
    for _ in 0..2 * DESCRIPTORS {
        let mut client = run.connect(address)?;
        let complains = || server.stderr().contains("error: ");
        let is_accepted = || (sockets::listener_at(address)?.receive_queue == 0).then_some(());
        run.until("it is accepted, or the server writes \"error: \" on stderr", || {
            is_accepted().or_else(|| complains().then_some(()))
        })
        .hint(
            "What does `accept` return when no descriptor is left, and what do you do with that?",
        )?;
        if complains() {
            // Linux looks for a descriptor before it waits: the one without may be the next.
            if is_accepted().is_some() {
                crowd.push(client);
                client = run.connect(address)?;
            }
            return Ok((crowd, Some(client)));
        }
        crowd.push(client);
    }
    for client in &mut crowd {
        is_served(client).map_err(|broken| Broken {
            expected: text!(
                "an error, since a server with {descriptors} descriptors can't have so many clients",
                descriptors = DESCRIPTORS,
            ),
            got: text!(
                "no error, though {clients} clients have been accepted",
                clients = 2 * DESCRIPTORS,
            ),
            ..broken
        })?;
    }
    Ok((crowd, None))
}

/// It may raise its limit itself, up to `most`.
fn serve_with_few_descriptors(run: &mut Run, most: u64) -> Outcome<(Program, SocketAddr)> {
    let limit = format!("ulimit -n {DESCRIPTORS}");
    run.step(text!(
        "`{limit}`: what is started now gets no more than {descriptors} descriptors",
        limit,
        descriptors = DESCRIPTORS,
    ));
    let script = format!("ulimit -S -n {DESCRIPTORS}; ulimit -H -n {most}; exec \"$@\"");
    run.serve_through(&["sh", "-c", &script, "sh"], &["127.0.0.1:0"])
}

/// `visit` connects, is served, and leaves; it gets the number of the client.
pub fn leaves_nothing_behind(
    run: &mut Run,
    visit: fn(&mut Run, SocketAddr, usize) -> Outcome,
) -> Outcome {
    const FIRST: usize = 20;
    const CLIENTS: usize = 100;
    // A server may start some threads of its own, and keep some for the next clients. What is left of each
    // tenth client is more than that.
    const FEW: usize = 8;
    let (server, address) = run.serve()?;
    let visits = |run: &mut Run, clients: usize| {
        run.as_one_step(
            text!("{clients} clients are served, and leave in one way or another", clients),
            |run| (0..clients).try_for_each(|number| visit(run, address, number)),
        )
    };
    visits(run, FIRST)?;
    run.becomes_idle(&server)?;
    let began = server.usage()?;
    let mut most = Usage {
        descriptors: began.descriptors + FEW,
        threads: began.threads + FEW,
        mappings: usize::MAX,
        ..began
    };
    // A stack that is lost is two pieces of memory: the stack and its guard. Or the C library keeps the
    // memory of some threads for the next ones: more clients tell.
    for round in 1..=2 {
        visits(run, CLIENTS)?;
        holds_less(run, &server, FIRST + round * CLIENTS, most)?;
        let now = server.usage()?.mappings;
        if round == 1 && now < began.mappings + CLIENTS {
            break;
        }
        most.mappings = now + CLIENTS * 3 / 2;
    }
    Ok(())
}

/// After so many clients or more have gone, the server holds less than `most`.
fn holds_less(run: &mut Run, server: &Program, clients: usize, most: Usage) -> Outcome {
    let statement =
        text!("of all that have gone, the server has kept no descriptor, thread or stack");
    let holds = |now: Usage| too_much(now, most).is_none();
    let at_the_end = run.until(statement, || holds(server.usage().ok()?).then_some(()));
    at_the_end.map_err(|broken| match server.usage().ok().and_then(|now| too_much(now, most)) {
        Some((what, now, most, hint)) => Broken {
            expected: text!(
                "after {clients} clients or more, fewer than {most} {what}",
                clients,
                most,
                what = grader::text(what),
            ),
            got: text!("{now} {what}, then: the time was up", now, what = grader::text(what)),
            hint: Some(hint),
            ..broken
        },
        None => broken,
    })
}

/// What there is too much of, how much, the limit, and what to ask about it.
fn too_much(now: Usage, most: Usage) -> Option<(&'static str, usize, usize, &'static str)> {
    let descriptors = "Which value owns a client's connection, and is every copy of it dropped, also when the conversation ends by an error?";
    let threads = "When a client has gone, in which call does its thread still wait?";
    let stacks = "What keeps the stack of a thread that has ended until it is joined or detached?";
    [
        (looked_up("descriptors"), now.descriptors, most.descriptors, descriptors),
        (looked_up("threads"), now.threads, most.threads, threads),
        (
            looked_up("areas of memory (a thread that has ended leaves two, until its handle is joined or dropped)"),
            now.mappings,
            most.mappings,
            stacks,
        ),
    ]
    .into_iter()
    .find(|(_, now, most, _)| now >= most)
}

/// The trouble that only servers with a thread for each client have.
pub struct ThreadedServer<P>(PhantomData<P>);

impl<P: Protocol> ThreadedServer<P> {
    pub const CHECKS: [Check; 7] = [
        check("survives_without_threads", survives_without_threads::<P>)
            .demands("When no thread can be started, that is said; those who are connected are served, and later everybody is.")
            .hint("What does `thread::spawn` do when the system gives no thread, and in which thread does it do that?")
            .section(P::SECTION)
            .needs(Needs::Linux),
        check("serves_on_after_ctrl_z", serves_on_after_ctrl_z::<P>)
            .demands("A client that was connected when the server was suspended is served when it goes on.")
            .hint("What does a `read` with a time limit return when Ctrl-Z has interrupted it, and is that the client's fault?")
            .section(P::SECTION)
            .needs(Needs::Linux),
        check("is_idle_while_clients_are_silent", is_idle_while_clients_are_silent::<P>)
            .demands("With five clients in the middle of a request, the server uses next to no processor time.")
            .hint("Which of your threads asks again and again, where it could wait?")
            .section(P::SECTION)
            .needs(Needs::Usage),
        check("serves_others_during_a_slow_sender", serves_others_during_a_slow_sender::<P>)
            .demands("While one client sends a byte now and then, others come, are served and go.")
            .hint("Who waits for the next byte of a client, and who waits with it?")
            .section(P::SECTION),
        check("stops_without_delay", stops_without_delay::<P>)
            .demands("Ctrl-C ends the server at once if its only client is idle.")
            .hint("For whom does your program still wait when all have got their replies?")
            .section("03-stopping.html#ctrl-c")
            // In Wine, `shutdown` doesn't always wake a call that waits in another thread.
            .needs(Needs::NotWine),
        check("stops_with_the_last_descriptor", stops_with_the_last_descriptor::<P>)
            .demands("Ctrl-C ends the server also while `accept` waits with the last descriptor in its hands.")
            .hint("What does it take to call a thread out of `accept`, and do you still have that then?")
            .section("03-stopping.html#ctrl-c")
            .needs(Needs::Linux),
        check("does_not_wait_for_its_stderr", does_not_wait_for_its_stderr::<P>)
            .demands("While its standard error is a full pipe that isn't read, a client with bytes that are not text gets its end, others are served, and Ctrl-C ends the server.")
            .hint("Which thread waits until what went wrong has been read, and which others wait for that thread?")
            .section("03-stopping.html#one-bad-client")
            .needs(Needs::LinuxAnd("bash")),
    ];
}

fn survives_without_threads<P: Protocol>(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut first = run.connect_as("the first client", address)?;
    P::is_served(&mut first)?;
    run.lower_rlimit(&server, Rlimit::Threads)?;
    let mut second = run.connect_as("the second client", address)?;
    server.complains("error: ")?;
    second.receives_no_reply()?;
    P::is_served(&mut first)?;
    run.stays_idle(&server)?;
    run.restore_rlimit(&server, Rlimit::Threads)?;
    serves_another::<P>(run, address)
}

fn serves_on_after_ctrl_z<P: Protocol>(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    let mut client = run.connect(address)?;
    P::is_served(&mut client)?;
    run.becomes_idle(&server)?;
    server.suspend()?;
    run.until("they have stopped", || server.is_stopped().then_some(()))?;
    server.resume()?;
    P::is_served(&mut client)
}

fn does_not_wait_for_its_stderr<P: Protocol>(run: &mut Run) -> Outcome {
    in_time(run, |run| {
        let (mut server, address) = serve_with_full_errors(run, "exec sleep 600 3<&- 2>&- 5>&-")?;
        resets_in_its_request::<P>(run, address)?;
        let mut wrong = run.connect_as("a client with bytes that are not text", address)?;
        wrong.send(b"\xff\n")?;
        wrong.receives_to_end()?;
        serves_another::<P>(run, address)?;
        serves_another::<P>(run, address)?;
        run.stays_idle(&server)?;
        stops(&mut server)
    })
}

fn is_idle_while_clients_are_silent<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve()?;
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = run.connect(address)?;
        client.send(P::HALF)?;
        let _ = client.has_been_read()?;
        clients.push(client);
    }
    run.stays_idle(&server)
}

fn serves_others_during_a_slow_sender<P: Protocol>(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut dripping = run.connect_as("the client that drips", address)?;
    for byte in GREETING.as_bytes().chunks(1).take(6) {
        dripping.send(byte)?;
        let _ = dripping.has_been_read()?;
        serves_another::<P>(run, address)?;
    }
    dripping.close();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use grader::Usage;

    use super::too_much;

    #[test]
    fn only_what_is_too_much_is_named() {
        let usage = |descriptors, threads, mappings| Usage {
            descriptors,
            threads,
            mappings,
            memory: 0,
            peak: 0,
            addresses: 0,
            processor_time: Duration::ZERO,
        };
        let most = usage(18, 14, 217);
        assert_eq!(too_much(usage(6, 2, 200), most), None);
        let (what, now, limit, _) = too_much(usage(6, 2, 242), most).expect("too much memory");
        assert!(what.starts_with("areas of memory"), "{what}");
        assert_eq!((now, limit), (242, most.mappings));
        // Of two, the first: descriptors keep threads, and threads keep stacks.
        let (what, now, ..) = too_much(usage(60, 50, 0), most).expect("too much of two");
        assert_eq!((what, now), ("descriptors", 60));
    }
}
