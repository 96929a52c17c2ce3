//! Trouble: what clients, the machine and its user can do to a server that runs for good.
//!
//! Each check does its worst, and then demands that a client that comes now is served, that no other client has
//! been disturbed, and that the server has given back what it took. The checks are the same for servers
//! whose protocols differ; what differs is a [`Protocol`].
//!
//! An exercise asks for some of this in its own words. The rest is no part of its grade: it is demanded of
//! the lessons' programs and of the solutions, which people copy.

use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::REPLY;
use grader::sockets::{self, State};
use grader::{
    Check, Needs, Outcome, Peer, Program, Rlimit, Run, Unread, check, close, is_wine, looked_up,
    text,
};
use socket2::{Domain, SockRef, Socket, Type};

/// How a client talks with the server.
pub trait Protocol {
    /// The section of the book that explains what a server owes.
    const SECTION: &'static str;
    /// The arguments with which the server says little about its clients.
    const QUIET: &'static [&'static str] = &["127.0.0.1:0"];
    /// Whether one client makes the others wait, for as long as a time limit says.
    const MAKES_OTHERS_WAIT: bool = false;
    /// The arguments with which it waits for a client for [`IMPATIENCE`], if it makes others wait.
    const IMPATIENT: &'static [&'static str] =
        if Self::MAKES_OTHERS_WAIT { &["--time-limit", "0.5", "127.0.0.1:0"] } else { Self::QUIET };

    /// Whether the reply comes as soon as the client has said something, and not at its end.
    const REPLIES_AT_ONCE: bool = false;
    /// Whether a request may be a megabyte without an end of line.
    const TAKES_A_MEGABYTE: bool = true;
    /// The first part of a request, cut inside a character.
    const HALF: &'static [u8];
    /// The client sends a request; where the protocol wants it, it finishes sending after it.
    fn asks(client: &mut Peer) -> Outcome;
    /// The client gets the reply to it.
    fn is_answered(client: &mut Peer) -> Outcome;

    fn is_served(client: &mut Peer) -> Outcome {
        Self::asks(client)?;
        Self::is_answered(client)
    }

    /// A client that sends 256 KiB, in requests that are allowed, and reads the replies to their end.
    fn sends_much(client: &mut Peer) -> Outcome;

    /// A client whose request is refused when it has cost a lot of memory, where the protocol has such.
    fn costs_much(client: &mut Peer) -> Outcome {
        Self::sends_much(client)
    }

    /// A client that sends until the server takes no byte for a while.
    fn sends_without_reading(mut stream: &TcpStream) {
        let lines = b"x\n".repeat(32 << 10);
        while stream.write_all(&lines).is_ok() {}
    }
}

/// How long an impatient server waits for a client.
const IMPATIENCE: Duration = Duration::from_millis(500);

/// For every server that serves more than one client.
pub struct LastingServer<P>(PhantomData<P>);

impl<P: Protocol> LastingServer<P> {
    pub const CHECKS: [Check; 11] = [
        check("survives_resets_at_any_moment", survives_resets_at_any_moment::<P>)
            .demands("A client may reset its connection before, in and after its request: the next one is served.")
            .hint("Which calls can fail because of a reset, and whose end is that?")
            .section(P::SECTION),
        check("survives_whatever_is_sent", survives_whatever_is_sent::<P>)
            .demands("A megabyte without an end of line, zeros, GBK, half a character: each client gets an end, the next one is served.")
            .hint("Which of your decoders and buffers has an opinion about what a client may send?")
            .section(P::SECTION),
        check("survives_a_crowd", survives_a_crowd::<P>)
            .demands("A thousand clients connect at once and vanish: the next one is served, and nothing is left of them.")
            .hint("What does `accept` return for a client that has gone, and what do you keep of it?")
            .section(P::SECTION)
            .needs(Needs::Usage),
        check("gives_memory_back", gives_memory_back::<P>)
            .demands("After 100 clients that send 256 KiB each, the server uses no more memory than after 20.")
            .hint("What do you still hold of a client who has gone?")
            .section(P::SECTION)
            .needs(Needs::Usage),
        check("runs_again_after_kill", runs_again_after_kill::<P>)
            .demands("Ended by `kill -9` with clients connected, it can be started again at once on the same port.")
            .hint("Who holds the port after the program has gone, and which option lets the next run share it?")
            .section(P::SECTION),
        check("does_without_its_output", does_without_its_output::<P>)
            .demands("When its standard output isn't read any more, clients are served anyway.")
            .hint("What becomes of a client when the line about it cannot be printed?")
            .section(P::SECTION),
        check("does_without_its_errors", does_without_its_errors::<P>)
            .demands("When its standard error isn't read any more, and something goes wrong with a client, the others are served anyway.")
            .hint("What does `eprintln!` do when it cannot print?")
            .section(P::SECTION),
        check("reports_a_full_output", reports_a_full_output)
            .demands("If its standard output takes nothing (/dev/full), it can't say where it listens: an error, with exit code 1.")
            .hint("What does `println!` do when it cannot print?")
            .section(P::SECTION)
            .needs(Needs::Linux),
        check("waits_for_descriptors", waits_for_descriptors::<P>)
            .demands("When no descriptor is left, clients wait, the server rests; when there is one again, they are served.")
            .hint("What does the next `accept` do after one that failed for lack of a descriptor?")
            .section(P::SECTION)
            .needs(Needs::Linux),
        check("is_not_held_by_a_silent_client", is_not_held_by_a_silent_client::<P>)
            .demands("A client that connects and says nothing does not keep the next one from being served.")
            .hint("For how long does `read` wait if you haven't told it, and which clients wait with it?")
            .section(P::SECTION),
        check("is_not_held_by_a_client_that_never_reads", is_not_held_by_a_client_that_never_reads::<P>)
            .demands("A client that sends and never reads its replies costs no processor time, and the next one is served.")
            .hint("In which call does your program stand when a client reads nothing, for how long, and who waits with it?")
            .section(P::SECTION)
            .needs(Needs::Usage),
    ];
}

fn survives_resets_at_any_moment<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve()?;
    // In Wine, `accept` fails for a client that has gone before it, and resets the next one.
    if !is_wine() {
        run.connect_as("a client that says nothing", address)?.reset();
    }
    resets_in_its_request::<P>(run, address)?;
    if !is_wine() {
        let mut after_it = run.connect_as("a client that does not wait for its reply", address)?;
        P::asks(&mut after_it)?;
        after_it.reset();
    }
    let mut at_the_end = run.connect_as("a client that has its reply", address)?;
    P::is_served(&mut at_the_end)?;
    at_the_end.reset();
    serves_another::<P>(run, address)?;
    // On a busy machine the one who has met the reset may only now come to what is wrong.
    run.becomes_idle(&server)?;
    serves_another::<P>(run, address)
}

fn survives_whatever_is_sent<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(P::QUIET)?;
    let a_megabyte = vec![b'x'; 1 << 20];
    let zeros = vec![0; 4096];
    for (what, bytes, is_allowed) in [
        (
            looked_up("a megabyte without an end of line"),
            a_megabyte.as_slice(),
            P::TAKES_A_MEGABYTE,
        ),
        (looked_up("zeros"), &zeros, true),
        (looked_up("bytes that are never UTF-8"), b"\xff\xfe\n\xc0\x80\n", false),
        // `你好`, the other encoding of the tutorial.
        ("GBK", b"\xc4\xe3\xba\xc3\n", false),
        (looked_up("half a character"), b"\xe4\xbd", false),
        (looked_up("only an end of line"), b"\n", true),
    ] {
        let client = run.connect_as("a client", address)?;
        run.step(text!(
            "it sends {what}, finishes sending, and reads to the end of the connection",
            what = grader::text(what),
        ));
        let reply = reads_to_an_end(client, bytes)?;
        if is_allowed {
            let is_reply = reply.starts_with(REPLY.as_bytes());
            run.ensure("it has a reply", is_reply, grader::quote(&reply))?;
        }
    }
    run.becomes_idle(&server)?;
    serves_another::<P>(run, address)
}

/// Sends as much as the server takes, and demands that the connection has an end, whichever. Returns what
/// came before it.
fn reads_to_an_end(client: Peer, bytes: &[u8]) -> Outcome<Vec<u8>> {
    let stream = client.stream();
    let limit = Some(Duration::from_secs(20));
    stream.set_read_timeout(limit).and(stream.set_write_timeout(limit)).expect("not zero");
    // A server that has read enough may have closed.
    let _ = { stream }.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut reply = Vec::new();
    match { stream }.read_to_end(&mut reply) {
        Err(why) if common::timed_out(&why) => {
            Err(client.broken("the end of the connection", "an open connection: the time was up"))
        }
        _ => Ok(reply),
    }
}

fn survives_a_crowd<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(P::IMPATIENT)?;
    let before = server.usage()?;
    let crowd: io::Result<Vec<Socket>> = (0..1000).map(|_| begin_to_connect(address)).collect();
    let crowd = run.attempt("a thousand clients connect at once", crowd)?;
    // Each that closes leaves a socket in TIME_WAIT, which makes the kernel's list long for a minute.
    for client in crowd.chunks(10).flat_map(|ten| &ten[1..]) {
        let linger = client.set_linger(Some(Duration::ZERO));
        linger.expect("a TCP socket takes SO_LINGER");
    }
    run.step("one in ten closes, the others reset");
    close(crowd);
    // Windows doesn't say how many wait.
    if !cfg!(windows) {
        let nobody_waits = || (sockets::listener_at(address)?.receive_queue == 0).then_some(());
        run.until("no client is left in the listener's queue", nobody_waits)?;
    }
    serves_another_in_time::<P>(run, address)?;
    // In Wine, a connection may stay whose client has gone before `accept`.
    if is_wine() {
        return Ok(());
    }
    run.until("the server has the descriptors and threads that it began with", || {
        let now = server.usage().ok()?;
        let half_open = half_open_at(address)?;
        // Windows counts handles of all kinds, some of which stay with what has needed them once.
        let others = if cfg!(windows) { 8 } else { 0 };
        let descriptors = before.descriptors + half_open + others;
        (now.descriptors <= descriptors && now.threads <= before.threads + half_open).then_some(())
    })
}

/// How many of the server's connections have no other end. The server will never learn of it.
///
/// Where more clients come than there is room for, the kernel keeps nothing of a handshake (SYN cookies,
/// tcp(7)) and passes over a reset that comes before the handshake's last acknowledgement. On a busy machine
/// that can be the order: then the acknowledgement makes a connection of a client that has gone.
fn half_open_at(address: SocketAddr) -> Option<usize> {
    let sockets = sockets::states_at(address)?;
    let established = sockets.iter().filter(|(_, state)| *state == State::Established);
    Some(established.filter(|(peer, _)| sockets::state_between(*peer, address).is_none()).count())
}

/// A client that does not wait for its connection: it may never have one.
fn begin_to_connect(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    // It has begun (EINPROGRESS), or is done.
    let _ = socket.connect(&address.into());
    Ok(socket)
}

fn gives_memory_back<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(P::QUIET)?;
    let mut twenty_clients = || {
        for _ in 0..20 {
            let mut client = run.connect(address)?;
            P::sends_much(&mut client)?;
            client.close();
        }
        Ok(server.usage()?.memory)
    };
    // The first ones show what the server needs. What they sent is 5 MiB, and so is each further round.
    let first = twenty_clients()?;
    let mut last = first;
    for _ in 0..4 {
        last = twenty_clients()?;
    }
    let grown = last.saturating_sub(first);
    let got = text!("{grown} KiB more", grown = grown >> 10);
    run.ensure("it has taken less than 5 MiB more", grown < 5 << 20, got)
}

fn runs_again_after_kill<P: Protocol>(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_on_own_address()?;
    let mut served = run.connect(address)?;
    P::is_served(&mut served)?;
    served.close();
    let mut unfinished = run.connect(address)?;
    unfinished.send(P::HALF)?;
    // So that the connection is the server's, and its end outlives it.
    let _ = unfinished.has_been_read()?;
    server.kill()?;
    runs_again::<P>(run, address)?;
    unfinished.close();
    Ok(())
}

/// The next run has the address of the one that has just ended, and serves.
pub fn runs_again<P: Protocol>(run: &mut Run, address: SocketAddr) -> Outcome {
    let (_server, again) = run.serve_with(&[&address.to_string()])?;
    run.ensure("the second run has the same address", again == address, again)?;
    serves_another::<P>(run, address)
}

fn does_without_its_output<P: Protocol>(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve_unread(Unread::Out)?;
    // What it has to say of the first it may try to say only when the second has come.
    for _ in 0..3 {
        serves_another::<P>(run, address)?;
    }
    Ok(())
}

fn does_without_its_errors<P: Protocol>(run: &mut Run) -> Outcome {
    let (_server, address) = run.serve_unread(Unread::Err)?;
    for _ in 0..2 {
        resets_in_its_request::<P>(run, address)?;
        serves_another::<P>(run, address)?;
    }
    Ok(())
}

/// A server whose standard output goes to these commands of bash. What is typed is their descriptor 3.
pub fn serve_into(run: &mut Run, reader: &str) -> Outcome<(Program, SocketAddr)> {
    let script = format!("exec 3<&0; exec \"$@\" > >({reader}) 3<&-");
    run.serve_through(&["bash", "-c", &script, "bash"], &["127.0.0.1:0"])
}

/// Fills the pipe that is descriptor 4, up to the first write that would have to wait (pipe(7)).
pub const FILL_PIPE: &str = "dd if=/dev/zero of=/dev/fd/4 bs=4096 oflag=nonblock 2> /dev/null";

/// A server whose standard error is a pipe that is full from the start. These commands of bash read it, if at
/// all: what is typed is their descriptor 3, the server's true standard error their descriptor 5.
pub fn serve_with_full_errors(run: &mut Run, reader: &str) -> Outcome<(Program, SocketAddr)> {
    run.step("its standard error is a full pipe");
    let pipe = format!("exec 3<&0 5>&2 4> >(exec 4>&- >&-; {reader})");
    let script = format!("{pipe}; {FILL_PIPE}; exec \"$@\" 2>&4 3<&- 4>&- 5>&-");
    run.serve_through(&["bash", "-c", &script, "bash"], &["127.0.0.1:0"])
}

/// So many clients come for nothing: each breaks off before its request, or in it. Not more of them at once
/// than wait in a short queue.
pub fn break_off<P: Protocol>(run: &mut Run, address: SocketAddr, clients: usize) -> Outcome {
    run.step(text!("{clients} clients connect and reset, some of them in their request", clients));
    for number in 0..clients {
        let client = TcpStream::connect_timeout(&address, Duration::from_secs(5));
        let client = client.map_err(|why| {
            let got = text!("for number {number}: {why}", number = number + 1, why);
            let broken = run.broken("a connection", got);
            if common::timed_out(&why) { broken.of_time() } else { broken }
        })?;
        if number % 2 == 0 {
            let _ = { &client }.write_all(P::HALF);
        }
        let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
        drop(client);
        let until = Instant::now() + Duration::from_secs(2);
        let waiting = || sockets::listener_at(address).map_or(0, |it| it.receive_queue);
        while number % 3 == 2 && waiting() > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_micros(50));
        }
    }
    Ok(())
}

/// The client's connection is lost in the middle of its request.
pub fn resets_in_its_request<P: Protocol>(run: &mut Run, address: SocketAddr) -> Outcome {
    let mut client = run.connect_as("a client in its request", address)?;
    client.send(P::HALF)?;
    // A server may never hear of a client whose reset overtakes what it has sent.
    match client.has_been_read()? {
        true => client.reset(),
        false => client.close(),
    }
    Ok(())
}

fn reports_a_full_output(run: &mut Run) -> Outcome {
    let starter = ["sh", "-c", "exec \"$@\" > /dev/full", "sh"];
    let mut server = run.start_through(&starter, &["127.0.0.1:0"])?;
    server.exits_with(1)?;
    // ENOSPC, in the words of the C library.
    server.complains("No space left")
}

fn waits_for_descriptors<P: Protocol>(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve()?;
    run.lower_rlimit(&server, Rlimit::Descriptors)?;
    let mut client = run.connect(address)?;
    P::asks(&mut client)?;
    // Linux gives `accept` its descriptor before it waits: a call that waits already has one.
    run.attempt("do not wait", client.stream().set_nonblocking(true))?;
    let answered = run.until("the client is answered, or the server has no descriptor", || {
        let answered = client.stream().peek(&mut [0]).is_ok();
        (answered || server.stderr().contains("error: ")).then_some(answered)
    })?;
    run.attempt("wait", client.stream().set_nonblocking(false))?;
    if answered {
        P::is_answered(&mut client)?;
        client.close();
        client = run.connect(address)?;
        P::asks(&mut client)?;
    }
    server.complains("error: ")?;
    run.stays_idle(&server)?;
    let lines = server.stderr().lines().count();
    run.ensure("it has complained in a few lines", lines < 100, text!("{lines} lines", lines))?;
    run.restore_rlimit(&server, Rlimit::Descriptors)?;
    P::is_answered(&mut client)?;
    client.close();
    serves_another::<P>(run, address)
}

fn is_not_held_by_a_silent_client<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(P::IMPATIENT)?;
    let since = Instant::now();
    let silent = run.connect_as("a client that says nothing", address)?;
    run.becomes_idle(&server)?;
    serves_another_in_time::<P>(run, address)?;
    silent.close();
    run.shorter_than_default(since)
}

fn is_not_held_by_a_client_that_never_reads<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(P::IMPATIENT)?;
    let greedy = greedy(run, address)?;
    run.step("it sends as much as the server takes, and reads nothing");
    P::sends_without_reading(&greedy);
    run.stays_idle(&server)?;
    serves_another_in_time::<P>(run, address)
}

/// A client that can send until nothing more is taken: a write that waits for room fails soon.
pub fn greedy(run: &mut Run, address: SocketAddr) -> Outcome<TcpStream> {
    let greedy = run.attempt("a client with small buffers connects", narrow(address))?;
    let pause = greedy.set_write_timeout(Some(Duration::from_millis(50)));
    run.attempt("its writes have a time limit", pause)?;
    Ok(greedy)
}

/// A connection that takes few bytes, in small packets: the buffers on its way are soon full.
pub fn narrow(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_recv_buffer_size(1)?;
    #[cfg(unix)]
    socket.set_tcp_mss(536)?;
    socket.connect(&address.into())?;
    Ok(socket.into())
}

/// Begins to read 64 bytes every 20 ms, until the connection ends: all that is written gets on, and there's no end
/// to it.
pub fn reads_slowly(run: &mut Run, client: &Peer) -> Outcome {
    let mut stream = run.attempt("it reads a little every 20 ms", client.stream().try_clone())?;
    thread::spawn(move || {
        // A timeout that the check has set for its own reads is no end.
        let goes_on = |read: io::Result<usize>| match read {
            Ok(count) => count > 0,
            Err(why) => common::timed_out(&why),
        };
        while goes_on(stream.read(&mut [0; 64])) {
            thread::sleep(Duration::from_millis(20));
        }
    });
    Ok(())
}

/// A text in all ways of cutting it in two, and byte by byte.
pub fn cut_anywhere(text: &str) -> impl Iterator<Item = Vec<&[u8]>> {
    let bytes = text.as_bytes();
    let in_two = (1..bytes.len()).map(|cut| vec![&bytes[..cut], &bytes[cut..]]);
    in_two.chain([bytes.chunks(1).collect()])
}

/// A client that comes now is served.
pub fn serves_another<P: Protocol>(run: &mut Run, address: SocketAddr) -> Outcome {
    let mut client = run.connect_as("a new client", address)?;
    P::is_served(&mut client)?;
    client.close();
    Ok(())
}

/// A client that comes to an impatient server is served.
fn serves_another_in_time<P: Protocol>(run: &mut Run, address: SocketAddr) -> Outcome {
    run.before_deadline(IMPATIENCE, |run| serves_another::<P>(run, address))
}
