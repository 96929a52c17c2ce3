//! What chapter 4 says of buffers, as experiments, and its recordings.

use crate::checks::starts;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use common::GREETING;
use grader::sockets::socket_between;
use grader::{Check, Needs, Outcome, Program, Run, Subject, check, close};
use lesson05::LONG;
use socket2::{Domain, SockRef, Socket, Type};

pub const FACTS: &[Check] = &[
    check("S6_sent_is_not_received", sent_to_nobody)
        .demands("1000 bytes are sent, without an error, to a listener that never accepts.")
        .section("04-buffers.html#where-your-bytes-are")
        // In Wine the reset gets lost now and then.
        .needs(Needs::NotWine),
    check("S8_a_stopped_peer_acknowledges", a_stopped_peer_acknowledges)
        .demands("The kernel of a process that is stopped acknowledges all that arrives.")
        .section("04-buffers.html#where-your-bytes-are")
        .needs(Needs::Linux),
    check("S10_connected_before_accept", connected_before_accept)
        .demands("connect and send succeed before the server calls accept.")
        .section("04-buffers.html#where-your-bytes-are"),
    check("S23_linux_doubles_the_buffer", linux_doubles_the_buffer)
        .demands("Linux grants twice the send buffer that was asked for.")
        .section("04-buffers.html#sent-is-not-received")
        .needs(Needs::Linux),
    check("S23_recv_returns_up_to_n", recv_returns_up_to_n)
        .demands("read returns what has arrived, at most what it is asked for.")
        .section("04-buffers.html#remember"),
    check("C10_a_write_takes_a_part", a_write_takes_a_part)
        .demands("A non-blocking write of 64 MiB takes a part of it.")
        .section("04-buffers.html#a-write-takes-a-part"),
    check("write_everything_then_read", write_everything_then_read)
        .demands("Two peers that write everything before they read wait for each other forever.")
        .section("04-buffers.html#write-everything-then-read"),
    check("echo_server_echoes", echo_server_echoes)
        .demands("The echo server sends back what it reads, also after a client that broke off.")
        .section("04-buffers.html#exercise"),
    check("echo_server_holds_a_client_that_only_writes", echo_server_holds_a_writer)
        .demands(
            "A client of the echo server that only writes gets stuck, and a short message passes.",
        )
        .section("04-buffers.html#what-goes-wrong"),
    check("solution_and_echo_server", solution_and_echo_server)
        .demands("Exercise 5's solution gets all of 32 MiB back from the echo server.")
        .section("04-buffers.html#exercise"),
    check("recording_buffers", record_the_lesson)
        .demands(
            "The book shows the sizes that were granted, the full connection, and its draining.",
        )
        .section("04-buffers.html#run-it")
        .needs(Needs::Linux),
    check("recording_buffers_sweep", record_the_sweep)
        .demands("The book shows the speed by the size of the chunks.")
        .section("04-buffers.html#the-sweep"),
];

fn sent_to_nobody(run: &mut Run) -> Outcome {
    let listener = run.attempt("listen", TcpListener::bind("127.0.0.1:0"))?;
    let address = run.attempt("learn the address", listener.local_addr())?;
    let mut client = run.connect(address)?;
    client.send(vec![b'x'; 1000])?;
    // The one program that could receive them goes away and has never seen a byte.
    close(listener);
    client.is_reset()?;
    Ok(())
}

fn a_stopped_peer_acknowledges(run: &mut Run) -> Outcome {
    // Any program that listens will do. This one hangs while it does.
    let wrong = run.wrong_program("write_all_then_read")?;
    let mut peer = run.start_other(&wrong, &["127.0.0.1:0"])?;
    let address = peer.listening()?;
    peer.line("that it is busy", starts("receive buffer: "))?;
    peer.suspend()?;
    let mut client = run.connect(address)?;
    client.send(vec![b'x'; 1000])?;
    let (ours, theirs) = (client.local(), client.remote());
    run.until("nothing of it is unacknowledged", || {
        socket_between(ours, theirs).filter(|socket| socket.send_queue == 0)
    })?;
    run.until("all of it waits in the kernel of the stopped process", || {
        socket_between(theirs, ours).filter(|socket| socket.receive_queue == 1000)
    })?;
    peer.still_runs()
}

fn connected_before_accept(run: &mut Run) -> Outcome {
    let listener = run.attempt("listen", TcpListener::bind("127.0.0.1:0"))?;
    let address = run.attempt("learn the address", listener.local_addr())?;
    let mut client = run.connect(address)?;
    client.send("early")?;
    let name = client.local();
    let (connection, peer) = run.attempt("only now call accept", listener.accept())?;
    run.ensure("it is the client's connection", peer == name, peer)?;
    run.peer(connection, "the server").receives("early")
}

fn linux_doubles_the_buffer(run: &mut Run) -> Outcome {
    let socket = run.attempt("create a socket", Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let asked = 16 << 10;
    run.attempt(format!("ask for {asked}"), socket.set_send_buffer_size(asked))?;
    let granted = run.attempt("see what is granted", socket.send_buffer_size())?;
    run.ensure("it is twice as much", granted == 2 * asked, granted)
}

fn recv_returns_up_to_n(run: &mut Run) -> Outcome {
    let (mut client, mut server) = ends(run)?;
    run.attempt("send ten bytes", client.write_all(b"0123456789"))?;
    let mut buffer = [0; 100];
    let count = run.attempt("read up to 4 bytes", server.read(&mut buffer[..4]))?;
    run.ensure("1 to 4 came", (1..=4).contains(&count), count)?;
    let mut rest = 10 - count;
    while rest > 0 {
        let count = run.attempt("read up to 100 bytes", server.read(&mut buffer))?;
        run.ensure(format!("at most the other {rest} came"), count <= rest && count > 0, count)?;
        rest -= count;
    }
    Ok(())
}

fn a_write_takes_a_part(run: &mut Run) -> Outcome {
    let (mut client, _server) = ends(run)?;
    run.attempt("make the client non-blocking", client.set_nonblocking(true))?;
    let message = vec![b'x'; 64 << 20];
    let taken = run.attempt("write 64 MiB", client.write(&message))?;
    run.ensure("a part was taken", 0 < taken && taken < message.len(), taken)
}

fn write_everything_then_read(run: &mut Run) -> Outcome {
    /// More than the buffers of both ends together.
    const MESSAGE: usize = 4 << 20;
    let (client, server) = ends(run)?;
    for end in [&client, &server] {
        let socket = SockRef::from(end);
        run.attempt("ask for a small send buffer", socket.set_send_buffer_size(16 << 10))?;
        let patience = Some(Duration::from_millis(300));
        run.attempt("set a time-out, to get out again", end.set_write_timeout(patience))?;
    }
    let message = vec![b'x'; MESSAGE];
    let write = |mut end: &TcpStream| end.write_all(&message);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| write(&server));
        (write(&client), other.join().expect("writing does not panic"))
    });
    for (who, outcome) in [("one", one), ("the other", other)] {
        let kind = outcome.map_err(|why| why.kind());
        let stuck = matches!(kind, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut));
        run.ensure(
            format!("{who} was still writing when the time was up"),
            stuck,
            format!("{kind:?}"),
        )?;
    }
    Ok(())
}

fn echo_server_echoes(run: &mut Run) -> Outcome {
    let (mut server, address) = echo_server(run)?;
    let mut broken = run.connect(address)?;
    broken.send(GREETING)?;
    broken.receives(GREETING)?;
    broken.reset();
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives(GREETING)?;
    client.finish_sending()?;
    client.receives_end()?;
    server.still_runs()?;
    Ok(())
}

fn echo_server_holds_a_writer(run: &mut Run) -> Outcome {
    let (_server, address) = echo_server(run)?;
    let (mut client, message) = (run.connect(address)?, vec![b'x'; LONG]);
    let socket = SockRef::from(client.stream());
    run.attempt("ask for a small send buffer", socket.set_send_buffer_size(16 << 10))?;
    client.send(&message[..1000])?;
    client.receives(&message[..1000])?;
    let patience = Some(Duration::from_millis(500));
    let mut stream = client.stream();
    run.attempt("set a time-out, to get out again", stream.set_write_timeout(patience))?;
    let kind = stream.write_all(&message).map_err(|why| why.kind());
    let stuck = matches!(kind, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut));
    run.ensure("32 MiB are still being written when the time is up", stuck, format!("{kind:?}"))
}

fn solution_and_echo_server(run: &mut Run) -> Outcome {
    let (_server, address) = echo_server(run)?;
    // On a busy machine it can take more than the usual limit.
    let arguments = ["--time-limit", "60", &address.to_string()];
    let mut client = run.start_other(&Subject::built("solution05"), &arguments)?;
    let said = format!("echoed {LONG} bytes, each in its place\n");
    client.finishes()?.said_exactly(&said)?.exited_with(0)?;
    Ok(())
}

fn echo_server(run: &mut Run) -> Outcome<(Program, SocketAddr)> {
    let mut server = run.start_other(&Subject::built("echo_server"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    Ok((server, address))
}

fn record_the_lesson(run: &mut Run) -> Outcome {
    let mut program = run.start_other(&Subject::built("lesson05"), &["127.0.0.1:0"])?;
    let address = program.listening()?;
    program.exits_with(0)?;
    let output = program.stdout().replace(&address.to_string(), common::TUTORIAL_ADDRESS);
    let parts: Vec<&str> = output.splitn(3, "\n\n").collect();
    let [granted, full, steps] = parts.as_slice() else {
        return Err(run.broken("three parts with empty lines between", output));
    };
    let granted = format!("$ cargo run -p lesson05\n{granted}\n");
    run.recorded("buffers-granted", &granted)?;
    run.recorded("buffers-full", &format!("{full}\n"))?;
    run.recorded("buffers-run", steps)
}

fn record_the_sweep(run: &mut Run) -> Outcome {
    // What the reader sees takes seconds; that its words are right can be seen in less.
    let recording = std::env::var_os("SNAPSHOTS").is_some();
    let seconds = if recording { "0.4" } else { "0.01" };
    let arguments = ["sweep", "127.0.0.1:0", "--seconds-per-size", seconds];
    let mut sweep = run.start_other(&Subject::built("lesson05"), &arguments)?;
    let address = sweep.listening()?;
    sweep.exits_with(0)?;
    let output = sweep.stdout().replace(&address.to_string(), common::TUTORIAL_ADDRESS);
    let shown = format!("$ cargo run -p lesson05 -- sweep\n{output}");
    run.recorded("buffers-sweep", &shown)
}

/// Both ends of one connection.
fn ends(run: &mut Run) -> Outcome<(TcpStream, TcpStream)> {
    let listener = run.attempt("listen", TcpListener::bind("127.0.0.1:0"))?;
    let address = run.attempt("learn the address", listener.local_addr())?;
    let client = run.attempt("connect", TcpStream::connect(address))?;
    let (server, _) = run.attempt("accept", listener.accept())?;
    Ok((client, server))
}
