//! Lesson 3: a server that can be run again at once.
//!
//! Lesson 2's server, on a listener that is made by hand: create the socket, set SO_REUSEADDR, bind,
//! listen. When it has closed a connection first, the kernel keeps the port in TIME_WAIT; the next
//! run gets the port all the same. `--without-reuse` leaves the option off, `--backlog N` says how
//! many clients may wait, and `matrix` measures when a port can be bound again and prints the answer
//! in two tables.
//!
//! These checks run on lesson 3's program, which must pass all of them, and on the wrong programs in
//! `lessons/lesson03/faults/`, each of which must fail exactly the checks that are listed with it at
//! the end of this file. The facts are experiments on this machine's kernel alone.

mod exercise03;
mod one_client;
mod trouble;

use std::cell::Cell;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use common::{GREETING, REPLY, TUTORIAL_ADDRESS, timed_out};
use grader::kernel::{self, State};
use grader::{
    Check, Exercise, Finished, Lesson, Needs, Outcome, Peer, Program, Run, Subject, Trouble, check,
    contract, private_loopback, program, without_frames,
};
use socket2::{Domain, Socket, Type};

const CHECKS: &[Check] = &[
    check("restarts_at_once", restarts_at_once)
        .demands("After a run in which the server closed first, the next run listens on the same port.")
        .hint("Which call asks whether the port is free, and what did it know of your option by then?")
        .section("02-3-port-reuse.html#the-repair"),
    check("restarts_after_a_crash", restarts_after_a_crash)
        .demands("A server that was killed while its client is still connected can be run again at once.")
        .hint("Who holds the server's end of a connection when the server's process is gone?")
        .section("02-3-port-reuse.html#the-repair"),
    check("fails_without_the_option", fails_without_the_option)
        .demands("With --without-reuse the second run fails, and its error names TIME_WAIT.")
        .hint("Which of your calls sets SO_REUSEADDR without being told to?")
        .section("02-3-port-reuse.html#what-goes-wrong")
        .needs(Needs::Unix),
    check("refuses_a_second_live_server", refuses_a_second_live_server)
        .demands("While one server listens, a second one on the same port is refused, option or not.")
        .hint("Which two options have `REUSE` in their names, and what does each allow?")
        .section("02-3-port-reuse.html#two-servers-on-one-port")
        .needs(Needs::Unix),
    check("keeps_to_the_backlog", keeps_to_the_backlog)
        .demands("With --backlog 1, two clients wait in the queue, and a third is not connected.")
        .hint("Which call takes the backlog, and which number did you give it?")
        .section("02-3-port-reuse.html#the-backlog")
        .needs(Needs::Linux),
    check("matrix_shows_who_can_bind", matrix_shows_who_can_bind)
        .demands("`matrix` finds that the second run can bind only if both runs set the option.")
        .hint("Has each experiment a port of its own, and does your option reach the kernel?")
        .section("02-3-port-reuse.html#run-it")
        .needs(Needs::Linux),
    check("matrix_shows_who_waits", matrix_shows_who_waits)
        .demands("`matrix` finds TIME_WAIT at the end that closed first, and only there.")
        .hint("A connection has two ends: whose line in the kernel's list did you read?")
        .section("02-3-port-reuse.html#who-waits")
        .needs(Needs::Linux),
];

fn restarts_at_once(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_on_own_address()?;
    server_closes_first(run, &mut server, address)?;
    let (mut server, again) = run.serve_with(&[&address.to_string()])?;
    run.ensure("the second run has the same address", again == address, again)?;
    server_closes_first(run, &mut server, address)?;
    Ok(())
}

fn restarts_after_a_crash(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_on_own_address()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    client.receives(REPLY)?;
    server.kill()?;
    let (mut server, again) = run.serve_with(&[&address.to_string()])?;
    run.ensure("the second run has the same address", again == address, again)?;
    server_closes_first(run, &mut server, address)?;
    client.close();
    Ok(())
}

fn fails_without_the_option(run: &mut Run) -> Outcome {
    run.while_in_time_wait(
        |run| {
            let (mut server, address) =
                run.serve_with(&["--without-reuse", &a_port_of_our_own()])?;
            Ok([address, server_closes_first(run, &mut server, address)?])
        },
        |run, [address, _]| {
            run.to_end(&["--without-reuse", &address.to_string()])?
                .exited_with(1)?
                .complained(&format!("error: cannot listen on {address}"))?
                .complained("TIME_WAIT")?;
            Ok(())
        },
    )
}

fn refuses_a_second_live_server(run: &mut Run) -> Outcome {
    let (mut server, address) = run.serve_on_own_address()?;
    run.to_end(&[&address.to_string()])?
        .exited_with(1)?
        .complained(&format!("error: cannot listen on {address}"))?;
    server.still_runs()
}

fn keeps_to_the_backlog(run: &mut Run) -> Outcome {
    let (mut server, address) =
        run.serve_with(&["--backlog", "1", "--time-limit", "60", "127.0.0.1:0"])?;
    let served = run.connect(address)?;
    // From now on the server is busy with its one client, and accepts no other.
    server.says("connected")?;
    let queued = fill_the_queue(run, address, 2)?;
    is_not_connected(run, address)?;
    // Where nobody listens any more, nobody answers either, until the SYN is sent again.
    server.still_runs()?;
    queued.into_iter().for_each(Peer::close);
    served.close();
    Ok(())
}

fn matrix_shows_who_can_bind(run: &mut Run) -> Outcome {
    let table = run.to_end(&["matrix", &a_port_of_our_own()])?.exited_with(0)?;
    has_row(run, &table, "first run without", "EADDRINUSE EADDRINUSE")?;
    has_row(run, &table, "first run with", "EADDRINUSE bound")
}

fn matrix_shows_who_waits(run: &mut Run) -> Outcome {
    let table = run.to_end(&["matrix", &a_port_of_our_own()])?.exited_with(0)?;
    has_row(run, &table, "server", "TIME_WAIT gone EADDRINUSE")?;
    has_row(run, &table, "client", "gone TIME_WAIT bound")
}

/// A client that leaves closing first to the server. Returns the client's address.
fn server_closes_first(
    run: &mut Run,
    server: &mut Program,
    address: SocketAddr,
) -> Outcome<SocketAddr> {
    let mut client = run.connect(address)?;
    let name = client.local();
    client.send(GREETING)?;
    client.receives_all(REPLY)?;
    client.close();
    server.exits_with(0)?;
    Ok(name)
}

/// Where a check can free a port and bind it again, undisturbed by other programs.
fn a_port_of_our_own() -> String {
    SocketAddr::new(private_loopback(), 0).to_string()
}

/// Connects so many clients that nobody accepts, each as soon as the one before waits in the queue.
fn fill_the_queue(run: &mut Run, address: SocketAddr, clients: u64) -> Outcome<Vec<Peer>> {
    (1..=clients)
        .map(|number| {
            let client = run.connect(address)?;
            run.until(format!("{number} in the queue"), || {
                kernel::sockets_at(address)?
                    .into_iter()
                    .find(|socket| socket.state == State::Listen && socket.receive_queue == number)
            })?;
            Ok(client)
        })
        .collect()
}

/// Demands that a connection to this address does not come about. (Proves silence, not readiness.)
fn is_not_connected(run: &mut Run, address: SocketAddr) -> Outcome {
    let attempt = TcpStream::connect_timeout(&address, Duration::from_millis(300));
    let statement = "one more client gets no answer";
    match attempt {
        Err(why) => run.ensure(statement, timed_out(&why), why),
        Ok(_) => run.ensure(statement, false, "a connection"),
    }
}

/// Demands a line that begins with the title and goes on with these cells.
fn has_row(run: &mut Run, table: &Finished, title: &str, cells: &str) -> Outcome {
    let row = format!("{title} {cells}");
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let stdout = table.stdout();
    let begins = |line: &&str| words(line).starts_with(title);
    let found = stdout.lines().any(|line| words(line) == row);
    let got = stdout.lines().filter(begins).map(words).collect::<Vec<_>>().join("; ");
    run.ensure(format!("it prints the row `{row}`"), found, got)
}

const FACTS: &[Check] = &[
    check("S9_the_backlog_counts_connections", s9_the_backlog_counts_connections)
        .demands("With backlog 0, 1 or 3, Linux lets 1, 2 or 4 connections wait; the next stays in SYN_SENT.")
        .section("02-3-port-reuse.html#the-backlog")
        .needs(Needs::Linux),
    check("S13_the_server_closes_first", s13_the_server_closes_first)
        .demands("Where the server closed first, its end stays in TIME_WAIT and keeps the port.")
        .section("02-3-port-reuse.html#who-waits")
        .needs(Needs::Linux),
    check("S13_the_client_closes_first", s13_the_client_closes_first)
        .demands("Where the client closed first, the server's port is free at once, without an option.")
        .section("02-3-port-reuse.html#who-waits")
        .needs(Needs::Linux),
    check("S13_a_client_that_reads_to_the_end_closes_last", s13_a_client_that_reads_to_the_end)
        .demands("A client that reads to the end leaves closing first to the server: its port is taken.")
        .section("02-3-port-reuse.html#run-it")
        .needs(Needs::LinuxAnd("python3")),
    check("S13_time_wait_lasts_a_minute", s13_time_wait_lasts_a_minute)
        .demands("S13: on Linux TIME_WAIT lasts 60 seconds.")
        .section("02-3-port-reuse.html#who-waits")
        .needs(Needs::Linux),
    check("S14_both_runs_must_set_the_option", s14_both_runs_must_set_the_option)
        .demands("On Linux the second run can bind only if both runs set SO_REUSEADDR; TIME_WAIT stays.")
        .section("02-3-port-reuse.html#the-repair")
        .needs(Needs::Linux),
    check("S14_one_listener_at_a_time", s14_one_listener_at_a_time)
        .demands("On Linux SO_REUSEADDR never lets a second listener in beside a live one.")
        .section("02-3-port-reuse.html#two-servers-on-one-port")
        .needs(Needs::Linux),
    check("C3_a_crash_leaves_no_time_wait", c3_a_crash_leaves_no_time_wait)
        .demands("A server that goes with bytes unread sends a reset; its port is free, without an option.")
        .section("02-3-port-reuse.html#what-goes-wrong")
        .needs(Needs::Linux),
    check("C3_the_crashing_original_runs_again", c3_the_crashing_original_runs_again)
        .demands("The tutorial's servers of 2.2 and 2.3 crash, and can be run again at once, option or not.")
        .section("02-3-port-reuse.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("C3_with_c2_mended_it_does_not", c3_with_c2_mended_it_does_not)
        .demands("With its crash mended, the same server finds its port taken when it is run again.")
        .section("02-3-port-reuse.html#what-goes-wrong")
        .needs(Needs::Program("python3")),
    check("S14_the_mended_original_runs_again", s14_the_mended_original_runs_again)
        .demands("The tutorial's server of 2.3, once C2 is mended, can be run again at once.")
        .section("02-3-port-reuse.html#the-repair")
        .needs(Needs::Program("python3")),
    check("recording_reuse_crash", record_the_crash)
        .demands("The book shows that the server of 2.2 crashes, and can crash again at once.")
        .section("02-3-port-reuse.html#what-goes-wrong")
        .needs(Needs::LinuxAnd("python3")),
    check("recording_reuse_too_late", record_the_option_that_comes_too_late)
        .demands("The book shows that whoever adds the option after the failure fails once more.")
        .section("02-3-port-reuse.html#what-goes-wrong")
        .needs(Needs::LinuxAnd("python3")),
    check("recording_reuse_mended", record_the_mended_original)
        .demands("The book shows two runs of the mended server of 2.3.")
        .section("02-3-port-reuse.html#the-repair")
        .needs(Needs::LinuxAnd("python3")),
    check("recording_reuse_without", record_without_the_option)
        .demands("The book shows two runs of lesson 3 without the option.")
        .section("02-3-port-reuse.html#run-it")
        .needs(Needs::Linux),
    check("recording_reuse_with", record_with_the_option)
        .demands("The book shows two runs of lesson 3.")
        .section("02-3-port-reuse.html#run-it")
        .needs(Needs::Linux),
    check("recording_reuse_matrix", record_the_matrix)
        .demands("The book shows what the matrix measures on Linux.")
        .section("02-3-port-reuse.html#run-it")
        .needs(Needs::Linux),
    check("recording_reuse_port", record_two_live_servers)
        .demands("The book shows two servers that listen on one port.")
        .section("02-3-port-reuse.html#two-servers-on-one-port")
        .needs(Needs::Linux),
];

fn s9_the_backlog_counts_connections(run: &mut Run) -> Outcome {
    for (backlog, admitted) in [(0, 1), (1, 2), (3, 4)] {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None);
        let socket = run.attempt("create a socket", socket)?;
        run.attempt("bind it", socket.bind(&SocketAddr::new(private_loopback(), 0).into()))?;
        run.attempt(format!("listen with backlog {backlog}"), socket.listen(backlog))?;
        let listener = run.listener(socket);
        let address = listener.address();

        // Nobody accepts. The kernel makes the connections all the same, up to its limit.
        let waiting = fill_the_queue(run, address, admitted)?;
        let late = Socket::new(Domain::IPV4, Type::STREAM, None);
        let late = run.attempt("create one more client", late)?;
        run.attempt("make it non-blocking", late.set_nonblocking(true))?;
        let _in_progress = late.connect(&address.into());
        let local = run.attempt("learn its address", late.local_addr())?;
        run.state(local.as_socket().expect("an IP socket"), address, State::SynSent)?;
        is_not_connected(run, address)?;
        waiting.into_iter().for_each(Peer::close);
    }
    Ok(())
}

/// A listener with SO_REUSEADDR or without: the call under test is `bind`.
// ANCHOR: bind
fn bind(address: SocketAddr, reuse: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    socket.listen(1)?;
    Ok(socket.into())
}
// ANCHOR_END: bind

/// Binds a port on which nothing is left. The kernel takes a socket off its list a moment before it gives
/// the port back; TIME_WAIT would keep it for a minute.
fn binds_again(run: &mut Run, port: SocketAddr) -> Outcome {
    run.until("bind the port again", || bind(port, false).ok()).map(drop)
}

/// Listens, accepts one client, and stops listening: the two ends of a connection.
fn one_connection(run: &mut Run, address: IpAddr, reuse: bool) -> Outcome<(Peer, Peer)> {
    let listener = run.attempt("bind", bind(SocketAddr::new(address, 0), reuse))?;
    let mut listener = run.listener(listener);
    let client = run.connect(listener.address())?;
    let server = listener.accept()?;
    listener.close();
    Ok((server, client))
}

/// Closes both ends, one after the other, and waits until the second end is gone for good. Returns their
/// addresses.
fn close(run: &mut Run, mut first: Peer, mut second: Peer) -> Outcome<[SocketAddr; 2]> {
    let (ours, theirs) = (second.local(), second.remote());
    first.finish_sending()?;
    second.receives_end()?;
    second.close();
    first.receives_end()?;
    first.close();
    run.nothing_is_left(ours, theirs)?;
    Ok([theirs, ours])
}

/// A first run, with or without the option, that closes before its client does. Returns both ends.
fn first_run(run: &mut Run, reuse: bool) -> Outcome<[SocketAddr; 2]> {
    let (server, client) = one_connection(run, private_loopback(), reuse)?;
    close(run, server, client)
}

fn s13_the_server_closes_first(run: &mut Run) -> Outcome {
    run.while_in_time_wait(
        |run| first_run(run, false),
        |run, [port, _]| {
            run.fails("binding the port again", bind(port, false), io::ErrorKind::AddrInUse)
        },
    )
}

fn s13_the_client_closes_first(run: &mut Run) -> Outcome {
    run.while_in_time_wait(
        |run| {
            let (server, client) = one_connection(run, private_loopback(), false)?;
            close(run, client, server)
        },
        |run, [_, port]| binds_again(run, port),
    )
}

fn s13_time_wait_lasts_a_minute(run: &mut Run) -> Outcome {
    run.while_in_time_wait(
        |run| first_run(run, false),
        |run, [port, peer]| {
            // The kernel's list may pass it over.
            let timer = run.until("the timer of the server's end", || {
                let mut sockets = common::kernel::sockets_at(port)?.into_iter();
                sockets.find(|socket| socket.peer == peer).map(|socket| socket.timer)
            })?;
            // The kernel counts down from 60 seconds, and we look soon after it has begun.
            let minute = Duration::from_secs(40)..=Duration::from_secs(60);
            run.ensure(
                "it has up to 60 seconds to go",
                minute.contains(&timer),
                format!("{timer:?}"),
            )
        },
    )
}

fn s14_both_runs_must_set_the_option(run: &mut Run) -> Outcome {
    for (first, second) in [(false, false), (false, true), (true, false), (true, true)] {
        run.while_in_time_wait(
            |run| first_run(run, first),
            |run, [port, _]| {
                let again = bind(port, second);
                let what = format!("first run with the option: {first}, second: {second}: bind");
                // The port may be free then; the connection still waits.
                match first && second {
                    true => run.attempt(what, again).map(drop),
                    false => run.fails(what, again, io::ErrorKind::AddrInUse),
                }
            },
        )?;
    }
    Ok(())
}

fn s14_one_listener_at_a_time(run: &mut Run) -> Outcome {
    let first = run.attempt("bind", bind(SocketAddr::new(private_loopback(), 0), true))?;
    let first = run.listener(first);
    run.fails("a second listener", bind(first.address(), true), io::ErrorKind::AddrInUse)?;
    first.close();
    Ok(())
}

fn c3_a_crash_leaves_no_time_wait(run: &mut Run) -> Outcome {
    let (mut server, mut client) = one_connection(run, private_loopback(), false)?;
    let (port, peer) = (server.local(), client.local());
    client.send(GREETING)?;
    server.has_unread_input()?;
    // What the kernel does for a process that dies: it closes, and the message is unread.
    server.close();
    client.is_reset()?;
    client.close();
    let left = kernel::socket_between(port, peer);
    run.ensure("the server's end is gone", left.is_none(), format!("{left:?}"))?;
    binds_again(run, port)
}

fn python(file: &str) -> Subject {
    Subject::python(file, format!("{}/../{file}", env!("CARGO_MANIFEST_DIR")))
}

fn c3_the_crashing_original_runs_again(run: &mut Run) -> Outcome {
    // Without the option and with it: it makes no difference where there is no TIME_WAIT.
    for original in ["lesson02/original.py", "lesson03/original.py"] {
        let mut wanted = a_port_of_our_own();
        for _ in 0..2 {
            let mut server = run.start_other(&python(original), &[&wanted])?;
            let address = server.listening()?;
            crashes_with_unread_input(run, &mut server, address)?;
            wanted = address.to_string();
        }
    }
    Ok(())
}

/// A client whose message has come when the server accepts, so that the crash leaves it unread.
fn crashes_with_unread_input(run: &mut Run, server: &mut Program, address: SocketAddr) -> Outcome {
    // Asleep until the message is there: otherwise it might crash before the message comes.
    server.suspend()?;
    let mut client = run.connect(address)?;
    client.send(GREETING)?;
    run.message_waits_at(address)?;
    server.resume()?;
    client.is_reset()?;
    server.exits_with(1)
}

fn c3_with_c2_mended_it_does_not(run: &mut Run) -> Outcome {
    let server = python("lesson03/without_option.py");
    run.while_in_time_wait(
        |run| {
            let (_, ends) = closes_first(run, &server, &[])?;
            Ok(ends)
        },
        |run, [address, _]| has_no_port(run, &server, &[&address.to_string()]),
    )
}

/// The first run of a server, on a port of its own, with a client that leaves closing first to it. Returns
/// both ends of the connection, too.
fn closes_first(
    run: &mut Run,
    server: &Subject,
    option: &[&str],
) -> Outcome<(Program, [SocketAddr; 2])> {
    let mut first = run.start_other(server, &[option, &[&a_port_of_our_own()]].concat())?;
    let address = first.listening()?;
    let client = server_closes_first(run, &mut first, address)?;
    Ok((first, [address, client]))
}

/// A second run of a server that leaves the option off.
fn has_no_port(run: &mut Run, server: &Subject, arguments: &[&str]) -> Outcome {
    let mut second = run.start_other(server, arguments)?;
    second.exits_with(1)?;
    second.complains("Address already in use")
}

/// The chapter's client. One that closes when it has read a piece may be quicker than the server.
fn s13_a_client_that_reads_to_the_end(run: &mut Run) -> Outcome {
    let without_option: [(Subject, &[&str]); 2] =
        [(python("lesson03/without_option.py"), &[]), (program!("lesson03"), &["--without-reuse"])];
    for (server, option) in without_option {
        run.while_in_time_wait(
            |run| {
                let own = a_port_of_our_own();
                let mut first = run.start_other(&server, &[option, &[&own]].concat())?;
                let address = first.listening()?;
                let client = python("lesson03/client.py");
                let mut client = run.start_other(&client, &[&address.to_string()])?;
                client.says(REPLY)?;
                client.exits_with(0)?;
                first.exits_with(0)?;
                Ok([address, peer_of_the_only_connection(address)])
            },
            |run, [address, _]| {
                has_no_port(run, &server, &[option, &[&address.to_string()]].concat())
            },
        )?;
    }
    Ok(())
}

/// The other end; where nothing is left of the connection, the address itself, from which there is none.
fn peer_of_the_only_connection(address: SocketAddr) -> SocketAddr {
    let sockets = kernel::sockets_at(address).unwrap_or_default();
    sockets.first().map_or(address, |socket| socket.peer)
}

fn s14_the_mended_original_runs_again(run: &mut Run) -> Outcome {
    let mut wanted = a_port_of_our_own();
    for _ in 0..2 {
        let mut server = run.start_other(&python("lesson03/mended.py"), &[&wanted])?;
        let address = server.listening()?;
        server_closes_first(run, &mut server, address)?;
        wanted = address.to_string();
    }
    Ok(())
}

/// One run of a server as a terminal shows it, on the tutorial's address.
fn shown(command: &str, server: &Program, address: SocketAddr) -> String {
    let wrote = server.stdout() + &without_frames(&server.stderr());
    let wrote = wrote.replace(&address.to_string(), TUTORIAL_ADDRESS);
    // An error's advice names the address alone.
    format!("$ {command}\n{}", wrote.replace(&address.ip().to_string(), "127.0.0.1"))
}

/// Two runs of a server on one port, each with a client that leaves closing first to the server.
fn record_two_runs(run: &mut Run, name: &str, command: &str, server: &Subject) -> Outcome {
    let option: &[&str] =
        if command.ends_with("--without-reuse") { &["--without-reuse"] } else { &[] };
    let first_run = Cell::default();
    let runs = run.while_in_time_wait(
        |run| {
            let (first, ends) = closes_first(run, server, option)?;
            first_run.set(shown(command, &first, ends[0]));
            Ok(ends)
        },
        |run, [address, _]| {
            let port = address.to_string();
            let mut second = run.start_other(server, &[option, &[&port]].concat())?;
            // It listens, or says why it cannot.
            if second.listening().is_ok() {
                server_closes_first(run, &mut second, address)?;
            } else {
                second.exits_with(1)?;
            }
            Ok(first_run.take() + &shown(command, &second, address))
        },
    )?;
    run.recorded(name, &runs)
}

fn record_the_crash(run: &mut Run) -> Outcome {
    let (mut wanted, mut runs) = (a_port_of_our_own(), String::new());
    for _ in 0..2 {
        let mut server = run.start_other(&python("lesson02/original.py"), &[&wanted])?;
        let address = server.listening()?;
        crashes_with_unread_input(run, &mut server, address)?;
        runs += &shown("python3 lessons/lesson02/original.py", &server, address);
        wanted = address.to_string();
    }
    run.recorded("reuse-crash", &runs)
}

fn record_the_option_that_comes_too_late(run: &mut Run) -> Outcome {
    const WITHOUT: &str = "lesson03/without_option.py";
    let command = |file: &str| format!("python3 lessons/{file}");
    let first_run = Cell::default();
    let runs = run.while_in_time_wait(
        |run| {
            let (first, ends) = closes_first(run, &python(WITHOUT), &[])?;
            first_run.set(shown(&command(WITHOUT), &first, ends[0]));
            Ok(ends)
        },
        |run, [address, _]| {
            let mut runs = first_run.take();
            for file in [WITHOUT, "lesson03/mended.py"] {
                let mut again = run.start_other(&python(file), &[&address.to_string()])?;
                again.exits_with(1)?;
                runs += &shown(&command(file), &again, address);
            }
            Ok(runs)
        },
    )?;
    run.recorded("reuse-too-late", &runs)
}

fn record_the_mended_original(run: &mut Run) -> Outcome {
    let command = "python3 lessons/lesson03/mended.py";
    record_two_runs(run, "reuse-mended", command, &python("lesson03/mended.py"))
}

fn record_without_the_option(run: &mut Run) -> Outcome {
    let command = "cargo run -p lesson03 -- --without-reuse";
    record_two_runs(run, "reuse-without", command, &program!("lesson03"))
}

fn record_with_the_option(run: &mut Run) -> Outcome {
    record_two_runs(run, "reuse-with", "cargo run -p lesson03", &program!("lesson03"))
}

fn record_the_matrix(run: &mut Run) -> Outcome {
    let address = SocketAddr::new(private_loopback(), 0);
    let mut matrix = run.start_other(&program!("lesson03"), &["matrix", &address.to_string()])?;
    matrix.exits_with(0)?;
    let tables = matrix.stdout().replace(&address.ip().to_string(), "127.0.0.1");
    run.recorded("reuse-matrix", &format!("$ cargo run -p lesson03 -- matrix\n{tables}"))
}

fn record_two_live_servers(run: &mut Run) -> Outcome {
    let fault = program!("reuse_port");
    let mut first = run.start_other(&fault, &[&a_port_of_our_own()])?;
    let address = first.listening()?;
    let mut second = run.start_other(&fault, &[&address.to_string()])?;
    second.listening()?;
    let command = "cargo run -p lesson03 --bin reuse_port";
    run.recorded(
        "reuse-port",
        &(shown(command, &first, address) + &shown(command, &second, address)),
    )
}

fn main() -> ExitCode {
    Lesson::new("lesson03", env!("CARGO_MANIFEST_DIR"))
        .checks(CHECKS)
        .contract(one_client::CHECKS)
        .contract(&contract::PROGRAM)
        .contract(&contract::LISTENS)
        .facts(FACTS)
        .program(program!("lesson03"))
        .fault(
            program!("no_option"),
            &["restarts_at_once", "restarts_after_a_crash", "matrix_shows_who_can_bind"],
        )
        .fault(
            program!("option_after_bind"),
            &["restarts_at_once", "restarts_after_a_crash", "matrix_shows_who_can_bind"],
        )
        .fault(
            program!("std_listener"),
            &[
                "fails_without_the_option",
                "keeps_to_the_backlog",
                "matrix_shows_who_can_bind",
                "matrix_shows_who_waits",
            ],
        )
        .fault(program!("reuse_port"), &["refuses_a_second_live_server"])
        .fault(
            program!("another_port"),
            &[
                "fails_without_the_option",
                "refuses_a_second_live_server",
                "matrix_shows_who_can_bind",
                "matrix_shows_who_waits",
                "reports_a_taken_port",
            ],
        )
        .fault(program!("fixed_backlog"), &["keeps_to_the_backlog"])
        .fault(
            program!("option_and_crash"),
            &[
                "serves_the_tutorials_client",
                "serves_a_client_that_ends_its_side",
                "reads_the_whole_message",
                "delivers_the_whole_reply",
                "reports_a_reset",
                "reports_an_empty_message",
                "reports_bytes_that_are_not_text",
                "bounds_the_message",
                "gives_up_on_a_silent_client",
                "serves_the_mended_python_client",
                "serves_nc",
                "serves_socat",
                "restarts_at_once",
                "restarts_after_a_crash",
                "fails_without_the_option",
                "keeps_to_the_backlog",
            ],
        )
        .fault(program!("whose_time_wait"), &["matrix_shows_who_waits"])
        .exercise(Exercise {
            checks: exercise03::CHECKS,
            yours: program!("exercise03"),
            solution: program!("solution03"),
            starter_fails: &[
                "names_the_taken_port",
                "restarts_after_closing_first",
                "restarts_after_a_kill",
                "restarts_three_times",
            ],
        })
        .wrong_answer(
            program!("option_too_late"),
            &["restarts_after_closing_first", "restarts_after_a_kill", "restarts_three_times"],
        )
        .wrong_answer(
            program!("option_when_it_failed"),
            &["restarts_after_closing_first", "restarts_after_a_kill", "restarts_three_times"],
        )
        .wrong_answer(program!("shared_port"), &["is_never_there_twice"])
        .wrong_answer(
            program!("moved_port"),
            &[
                "names_the_taken_port",
                "is_never_there_twice",
                "restarts_after_closing_first",
                "restarts_after_a_kill",
                "restarts_three_times",
            ],
        )
        .wrong_answer(
            program!("waits_for_the_port"),
            &[
                "names_the_taken_port",
                "is_never_there_twice",
                "restarts_after_closing_first",
                "restarts_after_a_kill",
                "restarts_three_times",
            ],
        )
        .wrong_answer(program!("returns_the_bind_error"), &["names_the_taken_port"])
        .wrong_answer(
            program!("prints_port_zero"),
            &[
                "says_where_it_listens",
                "serves_one_after_another",
                "is_never_there_twice",
                "restarts_after_closing_first",
                "restarts_after_a_kill",
                "restarts_three_times",
            ],
        )
        .wrong_answer(
            program!("one_client_a_run"),
            &["serves_one_after_another", "restarts_three_times"],
        )
        .wrong_answer(
            program!("linger_zero"),
            &[
                "serves_one_after_another",
                "is_never_there_twice",
                "restarts_after_closing_first",
                "restarts_after_a_kill",
                "restarts_three_times",
            ],
        )
        .trouble(
            Trouble::new(one_client::TROUBLE)
                .and(one_client::TROUBLE_FOR_ALL)
                .program(program!("lesson03"))
                .fault(
                    program!("no_option"),
                    &["runs_again_after_kill", "ends_in_the_middle_of_a_reply"],
                )
                .proved_by_others(&[
                    "reads_a_message_cut_anywhere",
                    "waits_for_who_reads_its_output",
                    "parts_with_a_client_that_stays",
                    "reports_a_reset_later_on",
                    "shows_zeros_as_escapes",
                    "reports_a_full_output",
                    "reports_a_closed_output",
                    "reports_a_lack_of_descriptors",
                ]),
        )
        .trouble(
            Trouble::new(&trouble::Trouble::<exercise03::Greetings>::CHECKS)
                .and(one_client::TROUBLE_FOR_ALL)
                .and(&one_client::OneAfterAnother::<exercise03::Greetings>::CHECKS)
                .and(exercise03::TROUBLE)
                .program(program!("solution03"))
                .fault(
                    program!("one_client_a_run"),
                    &[
                        "survives_resets_at_any_moment",
                        "survives_whatever_is_sent",
                        "survives_a_crowd",
                        "waits_for_who_reads_its_errors",
                    ],
                )
                .fault(
                    program!("option_too_late"),
                    &["runs_again_after_kill", "ends_in_the_middle_of_a_reply"],
                )
                .fault(program!("returns_the_bind_error"), &["reports_a_full_output"])
                .proved_by_others(&[
                    "reads_a_message_cut_anywhere",
                    "waits_for_who_reads_its_output",
                    "gives_up_on_a_dripping_client",
                    "is_not_held_by_who_says_nothing",
                    "gives_memory_back",
                    "does_without_its_output",
                    "does_without_its_errors",
                    "waits_for_descriptors",
                    "is_not_held_by_who_reads_nothing",
                ]),
        )
        .report(program!("exercise03"), "restarts_after_closing_first")
        .report(program!("shared_port"), "is_never_there_twice")
        .report(program!("prints_port_zero"), "says_where_it_listens")
        .main()
}
