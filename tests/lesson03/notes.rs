//! The tutorial's eight notes, each as an experiment.
//!
//! The book lists these functions as they stand. Each makes its sockets, does what the note speaks of,
//! and says step by step what must come of it. `cargo test -p lesson03 note6` runs those of one note.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use common::sockets::ephemeral_ports;
use common::{GREETING, REPLY};
use grader::sockets::State;
use grader::{Check, Needs, Outcome, Peer, Run, Subject, check, private_loopback};
use socket2::{Domain, Socket, Type};

pub const FACTS: &[Check] = &[
    check("note1_a_client_connects_first", a_client_connects_first)
        .demands("A socket that is not connected can neither send nor receive.")
        .section("02-4-notes.html#note-1-connect-first")
        // Wine calls it a reset.
        .needs(Needs::NotWine),
    check("S15_note2_the_kernel_gives_the_client_a_port", the_kernel_gives_the_client_a_port)
        .demands("A client that does not bind gets a port from the kernel when it connects.")
        .section("02-4-notes.html#note-2-a-client-need-not-bind")
        .needs(Needs::Unix),
    check("S15_note2_a_client_may_bind", a_client_may_bind)
        .demands("A client may bind, and the server sees the address that it chose.")
        .section("02-4-notes.html#note-2-a-client-need-not-bind"),
    check("S16_note3_a_server_can_listen_unbound", a_server_can_listen_unbound)
        .demands(
            "A server that listens without bind gets a port from the kernel, on every IPv4 address.",
        )
        .section("02-4-notes.html#note-3-a-server-binds")
        .needs(Needs::Unix),
    check("C2_note4_a_listener_only_accepts", a_listener_only_accepts)
        .demands("A listener can neither send nor receive, not even when a client is connected.")
        .section("02-4-notes.html#note-4-a-listener-only-accepts")
        // On Windows reading fails, too (WSAENOTCONN, "recv"). In Wine it waits.
        .needs(Needs::NotWine),
    check("note5_accept_returns_a_new_socket", accept_returns_a_new_socket)
        .demands(
            "Each accept returns a socket of its own, with the listener's port and its own peer.",
        )
        .section("02-4-notes.html#note-5-one-connection-for-each-client"),
    check("S17_note6_queued_data_is_delivered", queued_data_is_delivered)
        .demands("What was sent before the close still arrives, and then the end of the stream.")
        .section("endings.html#what-you-sent-still-arrives"),
    check("S17_note6_unread_input_resets", unread_input_resets)
        .demands("Closing with unread input resets the connection.")
        .section("endings.html#unread-input-makes-it-a-reset")
        // Untried on Windows. In Wine the reset gets lost now and then.
        .needs(Needs::NotWine),
    check("S17_note6_the_reset_destroys_the_reply", the_reset_destroys_the_reply)
        .demands("A hundred unread bytes cost the client the rest of a large reply.")
        .section("endings.html#a-reset-destroys-whats-in-flight")
        .needs(Needs::Linux),
    check("S17_note6_a_half_close_hides_the_reset", a_half_close_hides_the_reset)
        .demands("After the end of the stream a Linux client does not notice the reset by reading.")
        .section("endings.html#a-reset-can-go-unnoticed")
        .needs(Needs::Linux),
    check("S17_note6_a_duplicate_keeps_it_open", a_duplicate_keeps_it_open)
        .demands("A connection ends when its last handle is closed, not its first.")
        .section("endings.html#a-second-handle-keeps-it-open"),
    check("S18_note7_closing_the_listener", closing_the_listener)
        .demands("Accepted connections go on, queued ones are reset, new ones are refused.")
        .section("endings.html#note-7-closing-the-listener")
        // Untried on Windows. Wine takes clients from the queue before `accept` does.
        .needs(Needs::Unix),
    check("S19_note8_buffered_data_comes_first", buffered_data_comes_first)
        .demands("0 comes after everything that was sent, even if the peer has long gone.")
        .section("endings.html#0-comes-last"),
    check("S7_note8_the_other_direction_goes_on", the_other_direction_goes_on)
        .demands("0 means that the peer's side has ended; it still gets the reply.")
        .section("endings.html#0-ends-one-direction"),
    check("S19_note8_an_empty_buffer_reads_zero_too", an_empty_buffer_reads_zero_too)
        .demands("A read into no room returns 0, and nothing has ended.")
        .section("endings.html#0-from-a-buffer-without-room"),
    check("S19_note8_a_reset_is_an_error", a_reset_is_an_error)
        .demands("A peer that breaks the connection off gives an error, not 0.")
        .section("endings.html#a-reset-instead-of-0")
        // On Windows it's WSAECONNRESET ("recv"). In Wine the reset gets lost now and then.
        .needs(Needs::NotWine),
    check("S19_note8_a_reset_is_reported_once", a_reset_is_reported_once)
        .demands("The error of a reset comes once, to the first call; later reads return 0.")
        .section("02-1-client.html#four-ways-to-fail")
        .needs(Needs::Linux),
    check("S19_note8_the_second_write_fails", the_second_write_fails)
        .demands("When the peer has closed, the first write still succeeds, and a later one fails.")
        .section("endings.html#a-write-tells-you-even-less"),
    check("S19_note8_a_vanished_peer_gives_nothing", a_vanished_peer_gives_nothing)
        .demands("A peer that does nothing any more gives neither data nor 0 nor an error.")
        .section("endings.html#a-cut-cable-says-nothing"),
];

/// What `send` says on a socket that has no peer.
const SEND_WITHOUT_PEER: ErrorKind = if cfg!(target_os = "linux") {
    ErrorKind::BrokenPipe
} else {
    ErrorKind::NotConnected
};

// ANCHOR: note1
fn a_client_connects_first(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let mut client = socket(run)?;
    run.fails("sending", client.write(GREETING.as_bytes()), SEND_WITHOUT_PEER)?;
    run.fails("receiving", client.read(&mut [0; 64]), ErrorKind::NotConnected)?;

    run.attempt("connect", client.connect(&listener.address().into()))?;
    run.attempt("send", client.write_all(GREETING.as_bytes()))?;
    listener.accept()?.receives(GREETING)
}
// ANCHOR_END: note1

// ANCHOR: note2
fn the_kernel_gives_the_client_a_port(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let client = socket(run)?;
    let port = address_of(run, &client)?.port();
    run.ensure("a new socket has no port", port == 0, port)?;

    run.attempt("connect, without bind", client.connect(&listener.address().into()))?;
    let client = address_of(run, &client)?;
    let given = ephemeral_ports().unwrap_or(1..=u16::MAX);
    run.ensure(
        "now it has a port, one of the kernel's",
        given.contains(&client.port()),
        client,
    )?;
    let seen = listener.accept()?.remote();
    run.ensure("and that is what the server sees", seen == client, seen)
}

fn a_client_may_bind(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let client = socket(run)?;
    let chosen = SocketAddr::new(private_loopback(), 0);
    run.attempt(format!("bind to {chosen}"), client.bind(&chosen.into()))?;
    let client_address = address_of(run, &client)?;
    run.attempt("connect", client.connect(&listener.address().into()))?;
    let seen = listener.accept()?.remote();
    run.ensure(format!("the server sees {client_address}"), seen == client_address, seen)
}
// ANCHOR_END: note2

// ANCHOR: note3
fn a_server_can_listen_unbound(run: &mut Run) -> Outcome {
    let server = socket(run)?;
    run.attempt("listen, without bind", server.listen(1))?;
    let address = address_of(run, &server)?;
    run.ensure("the kernel has chosen a port", address.port() != 0, address)?;
    run.ensure(
        "on every IPv4 address of this machine",
        address.ip().is_unspecified(),
        address,
    )?;

    // It works, for a client that learns the port in some other way.
    run.connect((Ipv4Addr::LOCALHOST, address.port()).into())?;
    Ok(())
}
// ANCHOR_END: note3

// ANCHOR: note4
fn a_listener_only_accepts(run: &mut Run) -> Outcome {
    let mut listener = socket(run)?;
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    run.attempt("bind", listener.bind(&loopback.into()))?;
    run.attempt("listen", listener.listen(1))?;
    let address = address_of(run, &listener)?;
    run.connect(address)?.send(GREETING)?;

    run.fails("receiving", listener.read(&mut [0; 64]), ErrorKind::NotConnected)?;
    run.fails("sending", listener.write(REPLY.as_bytes()), SEND_WITHOUT_PEER)?;

    run.listener(listener).accept()?.receives(GREETING)
}
// ANCHOR_END: note4

// ANCHOR: note5
fn accept_returns_a_new_socket(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let mut first = run.connect(listener.address())?;
    let mut second = run.connect(listener.address())?;
    let mut to_first = listener.accept()?;
    let mut to_second = listener.accept()?;

    for (connection, client) in [(&to_first, &first), (&to_second, &second)] {
        let (ours, theirs) = (connection.local(), connection.remote());
        run.ensure("it has the listener's address", ours == listener.address(), ours)?;
        run.ensure("its peer is its own client", theirs == client.local(), theirs)?;
    }
    to_second.send("for the second")?;
    to_first.send("for the first")?;
    first.receives("for the first")?;
    second.receives("for the second")
}
// ANCHOR_END: note5

// ANCHOR: note6_queued
fn queued_data_is_delivered(run: &mut Run) -> Outcome {
    let (mut server, mut client) = connection(run)?;
    server.send(REPLY)?;
    server.close();
    client.receives_all(REPLY)
}
// ANCHOR_END: note6_queued

// ANCHOR: note6_unread
fn unread_input_resets(run: &mut Run) -> Outcome {
    let (mut server, mut client) = connection(run)?;
    client.send(GREETING)?;
    server.has_unread_input()?;
    server.send(REPLY)?;
    server.close();
    client.is_reset().map(drop)
}
// ANCHOR_END: note6_unread

// ANCHOR: note6_lost
fn the_reset_destroys_the_reply(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let small = socket(run)?;
    run.attempt("ask for a small receive buffer", small.set_recv_buffer_size(4096))?;
    run.attempt("connect", small.connect(&listener.address().into()))?;
    let room = run.attempt("its size", small.recv_buffer_size())?;
    let (mut server, mut client) =
        (listener.accept()?, run.peer(small.into(), "the client"));
    client.send([b'?'; 100])?;
    server.has_unread_input()?;

    // The client doesn't read, so its kernel takes no more than it has room for. The
    // server's kernel takes the rest.
    run.attempt("make sending non-blocking", server.stream().set_nonblocking(true))?;
    let mut sent = 0;
    run.until("a reply for which the client's kernel has no room", || {
        while let Ok(count) = server.stream().write(&[b'!'; 4096]) {
            sent += count;
        }
        (sent > room).then_some(())
    })?;
    let (ours, theirs) = (server.local(), server.remote());
    server.close();
    run.nothing_is_left(ours, theirs)?;
    let received = client.is_reset()?;
    run.ensure(
        "a part of the reply is lost",
        received < sent,
        format!("{received} of {sent}"),
    )
}
// ANCHOR_END: note6_lost

// ANCHOR: note6_hidden
fn a_half_close_hides_the_reset(run: &mut Run) -> Outcome {
    let (mut server, mut client) = connection(run)?;
    client.send(GREETING)?;
    server.has_unread_input()?;
    server.send(REPLY)?;
    server.finish_sending()?;
    server.close();
    client.receives_all(REPLY)
}
// ANCHOR_END: note6_hidden

// ANCHOR: note6_duplicate
fn a_duplicate_keeps_it_open(run: &mut Run) -> Outcome {
    let (server, mut client) = connection(run)?;
    let duplicate = run.attempt("duplicate the handle", server.stream().try_clone())?;
    let mut duplicate = run.peer(duplicate, "the duplicate");
    server.close();
    client.receives_nothing_for(Duration::from_millis(100))?;
    duplicate.send(REPLY)?;
    client.receives(REPLY)?;
    duplicate.close();
    client.receives_end()
}
// ANCHOR_END: note6_duplicate

// ANCHOR: note7
fn closing_the_listener(run: &mut Run) -> Outcome {
    let mut listener = run.listen_on(private_loopback())?;
    let address = listener.address();
    let mut client = run.connect(address)?;
    let mut accepted = listener.accept()?;
    let mut queued = run.connect(address)?;
    listener.close();

    client.send(GREETING)?;
    accepted.receives(GREETING)?;
    accepted.send(REPLY)?;
    client.receives(REPLY)?;

    queued.is_reset()?;
    run.is_refused(address)
}
// ANCHOR_END: note7

// ANCHOR: note8_buffered
fn buffered_data_comes_first(run: &mut Run) -> Outcome {
    let (mut server, mut client) = connection(run)?;
    client.send(GREETING)?;
    client.close();
    server.receives(GREETING)?;
    server.receives_end()
}
// ANCHOR_END: note8_buffered

// ANCHOR: note8_half
fn the_other_direction_goes_on(run: &mut Run) -> Outcome {
    let (mut server, mut client) = connection(run)?;
    client.send(GREETING)?;
    client.finish_sending()?;
    server.receives_all(GREETING)?;
    run.state(client.local(), server.local(), State::FinWait2)?;
    run.state(server.local(), client.local(), State::CloseWait)?;

    server.send(REPLY)?;
    client.receives(REPLY)?;
    server.close();
    client.receives_end()
}
// ANCHOR_END: note8_half

// ANCHOR: note8_empty
fn an_empty_buffer_reads_zero_too(run: &mut Run) -> Outcome {
    let (mut server, mut client) = connection(run)?;
    client.send(GREETING)?;
    server.has_unread_input()?;
    // It has no elements to read into: room for 1024 is not 1024 bytes.
    let mut buffer = Vec::with_capacity(1024);
    let count = run.attempt("read", server.stream().read(&mut buffer))?;
    run.ensure("it returns 0", count == 0, count)?;
    server.receives(GREETING)
}
// ANCHOR_END: note8_empty

// ANCHOR: note8_reset
fn a_reset_is_an_error(run: &mut Run) -> Outcome {
    let (mut server, client) = connection(run)?;
    client.reset();
    server.is_reset().map(drop)
}
// ANCHOR_END: note8_reset

fn a_reset_is_reported_once(run: &mut Run) -> Outcome {
    let (mut server, client) = connection(run)?;
    client.reset();
    server.is_reset()?;
    let count = run.attempt("read again", server.stream().read(&mut [0; 8]))?;
    run.ensure("it returns 0", count == 0, count)
}

// ANCHOR: note8_write
fn the_second_write_fails(run: &mut Run) -> Outcome {
    let (mut server, client) = connection(run)?;
    client.close();
    server.receives_end()?;
    // Our kernel takes it. The peer's kernel has no socket for it, and answers with a
    // reset.
    run.attempt("the first write", server.stream().write(b"anybody there?"))?;
    let why =
        run.until("a later write fails", || server.stream().write(b"hello?").err())?;
    // The last is what Windows calls it.
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    let expected = [BrokenPipe, ConnectionReset, ConnectionAborted].contains(&why.kind());
    run.ensure("because the connection is broken", expected, why)
}
// ANCHOR_END: note8_write

// ANCHOR: note8_vanished
fn a_vanished_peer_gives_nothing(run: &mut Run) -> Outcome {
    // A server that is put to sleep stands in for a machine whose cable is pulled.
    let mut server = run.start_other(&Subject::built("lesson03"), &["127.0.0.1:0"])?;
    let address = server.listening()?;
    server.suspend()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives_nothing_for(Duration::from_millis(200))?;
    // It was not gone: awake again, it replies.
    server.resume()?;
    client.receives(REPLY)
}
// ANCHOR_END: note8_vanished

/// The two ends of a new connection: the accepted one and the client's.
// ANCHOR: connection
fn connection(run: &mut Run) -> Outcome<(Peer, Peer)> {
    let mut listener = run.listen()?;
    let client = run.connect(listener.address())?;
    let server = listener.accept()?;
    Ok((server, client))
}
// ANCHOR_END: connection

/// A TCP socket that is nothing yet: neither a client nor a listener.
fn socket(run: &mut Run) -> Outcome<Socket> {
    run.attempt("create a socket", Socket::new(Domain::IPV4, Type::STREAM, None))
}

fn address_of(run: &mut Run, socket: &Socket) -> Outcome<SocketAddr> {
    let address = run.attempt("ask for its address", socket.local_addr())?;
    Ok(address.as_socket().expect("an IP socket"))
}
