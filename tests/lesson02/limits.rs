//! For how long one client may hold the server of exercise 2.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::GREETING;
use grader::{ANY_PORT, Hint, Outcome, Run};
use socket2::{Domain, SockRef, Socket, Type};

use crate::exercise::{MAX_REQUEST, asks_for_a_long_reply, reply, serves_another};
use crate::robustness::Requests;
use servers::one_client_robustness::serves_the_next_after_a_slow_sender;
use servers::one_client_time::{GRACE, PAUSE};
use servers::robustness::{Protocol, narrow, reads_slowly};

pub fn gives_up_on_a_silent_client(run: &mut Run) -> Outcome {
    run.with_deadline(|run, limit| {
        gives_up_on_silence(run, limit, ANY_PORT)?;
        Ok(true)
    })
}

pub fn gives_up_on_silence(run: &mut Run, limit: Duration, address: &str) -> Outcome {
    let seconds = limit.as_secs_f64().to_string();
    let (mut server, address) = run.serve_with(&["--time-limit", &seconds, address])?;
    // Asleep until the next client's request is there: only the silent one takes time.
    server.suspend()?;
    let mut silent = run.connect_as("the silent client", address)?;
    let mut next = run.connect_as("the next client", address)?;
    next.send(GREETING)?;
    next.finish_sending()?;
    let since = Instant::now();
    server.resume()?;
    next.receives_all(reply(GREETING))?;
    silent.receives_no_reply()?;
    server.reports(silent.local())?;
    run.shorter_than_default(since)
}

pub fn gives_up_on_a_slow_sender(run: &mut Run) -> Outcome {
    run.with_deadline(gives_up_on_a_steady_sender)
}

/// Whether the drip was steady; if it was not, a limit for each `read` has done as well.
fn gives_up_on_a_steady_sender(run: &mut Run, limit: Duration) -> Outcome<bool> {
    let (mut server, dripping, steady) =
        serves_the_next_after_a_slow_sender::<Requests>(run, limit)?;
    server.reports(dripping)?;
    Ok(steady)
}

pub fn gives_up_on_a_client_that_never_reads(run: &mut Run) -> Outcome {
    const LIMIT: Duration = Duration::from_millis(1500);
    run.no_later_than(LIMIT + GRACE, |run| {
        let (mut server, address) = run.serve_with(&["--time-limit", "1.5", "127.0.0.1:0"])?;
        let since = Instant::now();
        let stream = run.attempt("a client with small buffers connects", narrow(address))?;
        let mut greedy = run.peer(stream, "the client with small buffers");
        let start = ["x"; 16].concat();
        greedy.send(start)?;
        // Most of its time is over then.
        greedy.receives_nothing_since(since, Duration::from_millis(1200))?;
        run.step("it sends the rest of 1 MiB, finishes sending, and reads nothing");
        Requests::sends_the_rest(greedy.stream());
        server.reports(greedy.local())?;
        let took = since.elapsed();
        serves_another(run, address)?;
        greedy.close();
        // The kernel takes all of this reply, so the server is done.
        let little_room = || -> std::io::Result<TcpStream> {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            socket.set_recv_buffer_size(4096)?;
            socket.connect(&address.into())?;
            Ok(socket.into())
        };
        let stream = run.attempt("a client with little room connects", little_room())?;
        let mut stays = run.peer(stream, "the client with little room");
        stays.send("x".repeat(64 << 10))?;
        stays.finish_sending()?;
        serves_another(run, address).hint("The kernel has your reply, and sends it when the client has room: which call of yours waits for that?")?;
        stays.close();
        Ok(took)
    })?;
    gives_up_on_a_slow_reader(run)
}

fn gives_up_on_a_slow_reader(run: &mut Run) -> Outcome {
    const LIMIT: Duration = Duration::from_secs(1);
    run.no_later_than(LIMIT + GRACE, |run| {
        let (mut server, address) = run.serve_with(&["--time-limit", "1", ANY_PORT])?;
        let since = Instant::now();
        let stream = run.attempt("a client with small buffers connects", narrow(address))?;
        let mut slow = run.peer(stream, "the client with small buffers");
        slow.send(["x"; 16].concat())?;
        run.step("it sends the rest of 1 MiB, and finishes sending");
        Requests::sends_the_rest(slow.stream());
        reads_slowly(run, &slow)?;
        server.reports(slow.local()).hint("While a client reads a little now and then, each of your writes gets on: what does its time limit measure?")?;
        let took = since.elapsed();
        serves_another(run, address)?;
        Ok(took)
    })
}

pub fn gives_a_client_time(run: &mut Run) -> Outcome {
    let mut serve = || run.serve();
    let [(_first, to_first), (_second, to_second), (_third, to_third)] =
        [serve()?, serve()?, serve()?];
    let mut thinks = run.connect_as("a client that thinks first", to_first)?;
    let mut pauses = run.connect_as("a client that pauses in its request", to_second)?;
    let mut reads_late = asks_for_a_long_reply(run, to_third)?;
    pauses.send("to be ")?;
    reads_late.has_unread_input()?;
    run.grants(PAUSE);
    pauses.receives_nothing_for(PAUSE)?;
    thinks.receives_nothing_for(Duration::from_millis(1))?;
    pauses.send("continued")?;
    pauses.finish_sending()?;
    pauses.receives_all(reply("to be continued"))?;
    Requests::is_served(&mut thinks)?;
    let room = SockRef::from(reads_late.stream()).set_recv_buffer_size(1 << 20);
    run.attempt("the one with small buffers begins to read", room)?;
    reads_late.receives_all(reply(&"x".repeat(MAX_REQUEST)))
}
