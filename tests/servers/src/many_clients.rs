//! What lesson 4's program and its exercise are both asked: the parts that do not depend on how a
//! client talks with its server. `is_served` is that part.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use common::GREETING;
use grader::{Broken, Check, Needs, Outcome, Peer, Program, Rlimit, Run, Usage, check, sockets};
use socket2::SockRef;

use crate::robustness::{
    Protocol, narrow, resets_in_its_request, serve_with_full_errors, serves_another,
};

/// The client sends a message and gets its reply.
pub type IsServed = fn(&mut Peer) -> Outcome;

/// `most_lines`: how many lines of complaint are few, for so long a time.
pub fn survives_without_descriptors(
    run: &mut Run,
    is_served: IsServed,
    most_lines: fn(Duration) -> usize,
) -> Outcome {
    let (mut server, address) = serve_with_few_descriptors(run)?;
    let mut first = run.connect(address)?;
    is_served(&mut first)?;
    let since = Instant::now();
    let mut crowd = crowd(run, address)?;
    server.complains("error: ")?;
    run.stays_idle(&server)?;
    crowd.last_mut().expect("a crowd").receives_nothing_for(Duration::from_millis(20))?;
    let few = most_lines(since.elapsed());
    let lines = server.stderr().lines().count();
    let statement = format!("it has complained in fewer than {few} lines");
    run.ensure(statement, lines < few, format!("{lines} lines"))?;
    is_served(&mut first)?;
    // The last of the crowd is still in the queue. Descriptors come back when the others go.
    let mut last = crowd.pop().expect("a crowd");
    drop(crowd);
    is_served(&mut last)?;
    last.close();
    is_served(&mut run.connect(address)?)
}

/// Ctrl-C while `accept` fails, and fails again.
pub fn stops_without_descriptors(run: &mut Run, is_served: IsServed) -> Outcome {
    let (mut server, address) = serve_with_few_descriptors(run)?;
    let mut first = run.connect(address)?;
    is_served(&mut first)?;
    let _crowd = crowd(run, address)?;
    server.complains("error: ")?;
    // Not only for the moment in which a thread had opened something. Where `accept` is called again and
    // again, one thread never waits: then none may be free in many looks.
    let mut looks = 0;
    run.until("no descriptor is left, and none becomes free", || {
        // The threads first: one in the middle of something may give back a descriptor after the count.
        let all_wait = server.running_threads().is_empty();
        looks = if free_descriptors(&server) == 0 { looks + 1 } else { 0 };
        (all_wait && looks > 0 || looks > 100).then_some(())
    })?;
    stops(run, &mut server)
}

/// Ctrl-C while the last descriptor is in the hands of an `accept` that waits: Linux gives it one first.
fn stops_with_the_last_descriptor<P: Protocol>(run: &mut Run) -> Outcome {
    let (mut server, address) = serve_with_few_descriptors(run)?;
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
    stops(run, &mut server)
}

/// Ctrl-C when nobody is left to wait for.
fn stops_without_delay<P: Protocol>(run: &mut Run) -> Outcome {
    // On a busy machine the first try can be slow for other reasons.
    let mut took = Vec::new();
    for _ in 0..10 {
        let (mut server, address) = run.serve()?;
        let mut gone = run.connect(address)?;
        P::is_served(&mut gone)?;
        gone.close();
        let mut idle = run.connect(address)?;
        P::is_served(&mut idle)?;
        server.interrupt()?;
        let since = Instant::now();
        server.exits_with(0)?;
        let time = server.ran_since(since);
        took.push(time);
        if time < Duration::from_millis(900) {
            return Ok(());
        }
    }
    run.ensure("one of ten times that took less than 900 ms", false, format!("{took:?}"))
}

/// A client with small buffers sends this, then bytes that are not text, and more. Returns all that it gets
/// until the end of the stream, which it begins to read when the server has done with it.
pub fn parts_with(run: &mut Run, good: &[u8]) -> Outcome<Vec<u8>> {
    let (mut server, address) = run.serve()?;
    let stream = run.attempt("a client with small buffers connects", narrow(address))?;
    let mut client = run.peer(stream, "the client");
    let name = client.local();
    client.send([good, b"\xff\n", &[b'x'; 32 << 10]].concat())?;
    server.reports(name)?;
    run.until("nothing of that is unread", || {
        let socket = sockets::socket_between(address, name);
        socket.is_none_or(|socket| socket.receive_queue == 0).then_some(())
    })?;
    let room = SockRef::from(client.stream()).set_recv_buffer_size(1 << 20);
    run.attempt("the client begins to read", room)?;
    client.receives_to_end()
}

/// On Ctrl-C it ends in good order, and soon.
pub fn stops(run: &mut Run, server: &mut Program) -> Outcome {
    server.interrupt()?;
    let since = Instant::now();
    server.exits_with(0)?;
    is_over_soon(run, server, since)
}

/// How many descriptors a server gets where they are few.
const DESCRIPTORS: usize = 32;

fn free_descriptors(server: &Program) -> usize {
    let folder = format!("/proc/{}/fd", server.id());
    (0..DESCRIPTORS).filter(|number| !Path::new(&format!("{folder}/{number}")).exists()).count()
}

/// More clients than a server with few descriptors can have.
fn crowd(run: &mut Run, address: SocketAddr) -> Outcome<Vec<Peer>> {
    (0..DESCRIPTORS).map(|_| run.connect(address)).collect()
}

fn serve_with_few_descriptors(run: &mut Run) -> Outcome<(Program, SocketAddr)> {
    let limit = format!("ulimit -n {DESCRIPTORS}");
    run.step(format!("`{limit}`: what is started now gets no more than {DESCRIPTORS} descriptors"));
    let script = format!("{limit}; exec \"$@\"");
    run.serve_through(&["sh", "-c", &script, "sh"], &["127.0.0.1:0"])
}

pub fn leaves_nothing_behind(run: &mut Run, is_served: IsServed) -> Outcome {
    const CLIENTS: usize = 50;
    let (server, address) = run.serve()?;
    // A server may start a thread or two of its own after it listens. What is left of each client is as
    // much as there were clients.
    let few = CLIENTS / 4;
    let began = server.usage()?;
    let most = Usage {
        descriptors: began.descriptors + few,
        threads: began.threads + few,
        mappings: usize::MAX,
        ..began
    };
    greet_and_part(run, &server, address, is_served, CLIENTS, most)?;
    // A stack that is lost is two pieces of memory: the stack and its guard.
    let now = server.usage()?.mappings;
    if now < began.mappings + CLIENTS {
        return Ok(());
    }
    // Or the C library keeps the memory of some threads for the next ones: more clients tell.
    let most = Usage { mappings: now + CLIENTS * 3 / 2, ..most };
    greet_and_part(run, &server, address, is_served, CLIENTS, most)
}

/// So many clients come, are served and go; then the server holds less than `most`.
fn greet_and_part(
    run: &mut Run,
    server: &Program,
    address: SocketAddr,
    is_served: IsServed,
    clients: usize,
    most: Usage,
) -> Outcome {
    for _ in 0..clients {
        let mut client = run.connect(address)?;
        is_served(&mut client)?;
        client.close();
    }
    let statement = "of all that have gone, the server has kept no descriptor, thread or stack";
    let holds = |now: Usage| {
        now.descriptors < most.descriptors
            && now.threads < most.threads
            && now.mappings < most.mappings
    };
    let at_the_end = run.until(statement, || holds(server.usage().ok()?).then_some(()));
    at_the_end.map_err(|broken| match server.usage() {
        Ok(now) => match too_much(now, most) {
            Some((few, many)) => Broken {
                expected: format!("after {clients} clients fewer than {few}"),
                got: format!("{many}: the time was up"),
                ..broken
            },
            // It has just let go of the last.
            None => broken,
        },
        Err(_) => broken,
    })
}

/// What of it is too much: how much there may be, and how much there is.
fn too_much(now: Usage, most: Usage) -> Option<(String, String)> {
    const STACKS: &str = " (a thread that has ended keeps two for its stack until it is joined)";
    let all = [
        (now.descriptors, most.descriptors, "descriptors", ""),
        (now.threads, most.threads, "threads", ""),
        (now.mappings, most.mappings, "pieces of memory", STACKS),
    ];
    let too_many = all.iter().filter(|(now, most, ..)| now >= most);
    let (few, many): (Vec<_>, Vec<_>) = too_many
        .map(|(now, most, what, why)| (format!("{most} {what}{why}"), format!("{now} {what}")))
        .unzip();
    (!few.is_empty()).then(|| (few.join(" and "), many.join(" and ")))
}

/// The two seconds of the demand, and some more for a machine that has other things to do.
pub fn is_over_soon(run: &mut Run, server: &Program, since: Instant) -> Outcome {
    let took = server.ran_since(since);
    run.ensure("that took 2 s at most", took < Duration::from_secs(6), format!("{took:?}"))
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
            .needs(Needs::Linux),
        check("serves_others_during_a_slow_sender", serves_others_during_a_slow_sender::<P>)
            .demands("While one client sends a byte now and then, others come, are served and go.")
            .hint("Who waits for the next byte of a client, and who waits with it?")
            .section(P::SECTION)
            .needs(Needs::Linux),
        check("stops_without_delay", stops_without_delay::<P>)
            .demands("Ctrl-C ends the server at once if its only client is idle.")
            .hint("For whom does your program still wait when all have got their replies?")
            .section("03-threads.html#stopping")
            .needs(Needs::Unix),
        check("stops_with_the_last_descriptor", stops_with_the_last_descriptor::<P>)
            .demands("Ctrl-C ends the server also while `accept` waits with the last descriptor in its hands.")
            .hint("What does it take to call a thread out of `accept`, and do you still have that then?")
            .section("03-threads.html#stopping")
            .needs(Needs::Linux),
        check("does_not_wait_for_its_stderr", does_not_wait_for_its_stderr::<P>)
            .demands("While its standard error is a full pipe that nobody reads, a client with bytes that are not text gets its end, others are served, and Ctrl-C ends the server.")
            .hint("Which thread waits until somebody has read what went wrong, and who waits for that thread?")
            .section("03-threads.html#nobody-disturbs-the-others")
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
    let (mut server, address) = serve_with_full_errors(run, "exec sleep 600 3<&- 2>&- 5>&-")?;
    resets_in_its_request::<P>(run, address)?;
    let mut wrong = run.connect_as("a client with bytes that are not text", address)?;
    wrong.send(b"\xff\n")?;
    wrong.receives_to_end()?;
    serves_another::<P>(run, address)?;
    serves_another::<P>(run, address)?;
    run.stays_idle(&server)?;
    stops(run, &mut server)
}

fn is_idle_while_clients_are_silent<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve()?;
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = run.connect(address)?;
        client.send(P::HALF)?;
        client.has_been_read()?;
        clients.push(client);
    }
    run.stays_idle(&server)
}

fn serves_others_during_a_slow_sender<P: Protocol>(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve()?;
    let mut dripping = run.connect_as("the client that drips", address)?;
    for byte in GREETING.as_bytes().chunks(1).take(6) {
        dripping.send(byte)?;
        dripping.has_been_read()?;
        serves_another::<P>(run, address)?;
    }
    dripping.close();
    Ok(())
}
