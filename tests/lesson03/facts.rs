//! What chapter 2.3 says of ports, as experiments on this machine's kernel, and its recordings.

use crate::checks::{
    a_port_of_our_own, fill_the_queue, is_not_connected, server_closes_first,
};
use std::cell::Cell;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use common::{GREETING, REPLY, TUTORIAL_ADDRESS};
use grader::sockets::{self, State};
use grader::{
    Check, Needs, Outcome, Peer, Program, Run, Subject, check, private_loopback,
    without_frames, workspace,
};
use servers::one_client::crashes_with_unread_input;
use socket2::{Domain, Socket, Type};

pub const FACTS: &[Check] = &[
    check("S9_the_backlog_counts_connections", s9_the_backlog_counts_connections)
        .demands("With backlog 0, 1 or 3, Linux lets 1, 2 or 4 connections wait; the next stays in SYN_SENT.")
        .section("02-3-port-reuse.html#the-backlog")
        .needs(Needs::Linux),
    check("S13_the_server_closes_first", s13_the_server_closes_first)
        .demands("Where the server closed first, its end stays in TIME_WAIT and keeps the port.")
        .section("02-3-port-reuse.html#who-waits")
        .needs(Needs::Linux),
    check("S13_the_client_closes_first", s13_the_client_closes_first)
        .demands("Where the client closed first, the server's port is free right away, without an option.")
        .section("02-3-port-reuse.html#who-waits"),
    check("S13_fin_wait_2_holds_the_port", s13_fin_wait_2_holds_the_port)
        .demands("A port is held before TIME_WAIT, too: while the server has closed and its client hasn't.")
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
        .section("02-3-port-reuse.html#an-experiment-that-should-fail")
        .needs(Needs::Linux),
    check("C3_the_crashing_original_runs_again", c3_the_crashing_original_runs_again)
        .demands("The tutorial's servers of 2.2 and 2.3 crash, and can be run again right away, option or not.")
        .section("02-3-port-reuse.html#an-experiment-that-should-fail")
        // They crash since a listener can't be read. In Wine that read waits.
        .needs(Needs::UnixAnd("python3")),
    check("C3_with_c2_mended_it_does_not", c3_with_c2_mended_it_does_not)
        .demands("With its crash mended, the same server finds its port taken when it is run again.")
        .section("02-3-port-reuse.html#an-experiment-that-should-fail")
        // Windows lets the next run have the port without the option, and so does Wine.
        .needs(Needs::UnixAnd("python3")),
    check("S14_the_mended_original_runs_again", s14_the_mended_original_runs_again)
        .demands("The tutorial's server of 2.3, once C2 is mended, can be run again right away.")
        .section("02-3-port-reuse.html#the-repair")
        .needs(Needs::Program("python3")),
    check("recording_reuse_crash", record_the_crash)
        .demands("The book shows that the server of 2.2 crashes, and can crash again right away.")
        .section("02-3-port-reuse.html#an-experiment-that-should-fail")
        .needs(Needs::LinuxAnd("python3")),
    check("recording_reuse_too_late", record_the_option_that_comes_too_late)
        .demands("The book shows that a server to which the option is added after the failure fails once more.")
        .section("02-3-port-reuse.html#an-experiment-that-should-fail")
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
        .section("02-3-port-reuse.html#run-it"),
    check("recording_reuse_matrix", record_the_matrix)
        .demands("The book shows what the matrix measures on Linux.")
        .section("02-3-port-reuse.html#who-waits")
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
        run.attempt(
            "bind it",
            socket.bind(&SocketAddr::new(private_loopback(), 0).into()),
        )?;
        run.attempt(format!("listen with backlog {backlog}"), socket.listen(backlog))?;
        let listener = run.listener(socket);
        let address = listener.address();

        // No program accepts. The kernel makes the connections anyway, up to its limit.
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
pub fn first_run(run: &mut Run, reuse: bool) -> Outcome<[SocketAddr; 2]> {
    first_run_at(run, private_loopback(), reuse)
}

pub fn first_run_at(
    run: &mut Run,
    address: IpAddr,
    reuse: bool,
) -> Outcome<[SocketAddr; 2]> {
    let (server, client) = one_connection(run, address, reuse)?;
    close(run, server, client)
}

fn s13_the_server_closes_first(run: &mut Run) -> Outcome {
    run.while_in_time_wait(
        |run| first_run(run, false),
        |run, [port, _]| {
            run.fails(
                "binding the port again",
                bind(port, false),
                io::ErrorKind::AddrInUse,
            )
        },
    )
}

fn s13_fin_wait_2_holds_the_port(run: &mut Run) -> Outcome {
    let (server, client) = one_connection(run, private_loopback(), false)?;
    let (port, peer) = (server.local(), server.remote());
    server.close();
    run.state(port, peer, State::FinWait2)?;
    run.fails("binding the port again", bind(port, false), io::ErrorKind::AddrInUse)?;
    client.close();
    Ok(())
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
                let mut sockets = common::sockets::sockets_at(port)?.into_iter();
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
                let what =
                    format!("first run with the option: {first}, second: {second}: bind");
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
    let first =
        run.attempt("bind", bind(SocketAddr::new(private_loopback(), 0), true))?;
    let first = run.listener(first);
    run.fails(
        "a second listener",
        bind(first.address(), true),
        io::ErrorKind::AddrInUse,
    )?;
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
    let left = sockets::socket_between(port, peer);
    run.ensure("the server's end is gone", left.is_none(), format!("{left:?}"))?;
    binds_again(run, port)
}

fn python(file: &str) -> Subject {
    Subject::python(file, workspace().join("lessons").join(file))
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
    let mut first =
        run.start_other(server, &[option, &[&a_port_of_our_own()]].concat())?;
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
    let without_option: [(Subject, &[&str]); 2] = [
        (python("lesson03/without_option.py"), &[]),
        (Subject::built("lesson03"), &["--without-reuse"]),
    ];
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
    let sockets = sockets::sockets_at(address).unwrap_or_default();
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
fn record_two_runs(
    run: &mut Run,
    name: &str,
    command: &str,
    server: &Subject,
) -> Outcome {
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
                let mut again =
                    run.start_other(&python(file), &[&address.to_string()])?;
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
    record_two_runs(run, "reuse-without", command, &Subject::built("lesson03"))
}

fn record_with_the_option(run: &mut Run) -> Outcome {
    record_two_runs(
        run,
        "reuse-with",
        "cargo run -p lesson03",
        &Subject::built("lesson03"),
    )
}

fn record_the_matrix(run: &mut Run) -> Outcome {
    let address = SocketAddr::new(private_loopback(), 0);
    let mut matrix =
        run.start_other(&Subject::built("lesson03"), &["matrix", &address.to_string()])?;
    matrix.exits_with(0)?;
    let tables = matrix.stdout().replace(&address.ip().to_string(), "127.0.0.1");
    run.recorded("reuse-matrix", &format!("$ cargo run -p lesson03 -- matrix\n{tables}"))
}

fn record_two_live_servers(run: &mut Run) -> Outcome {
    let fault = run.wrong_program("reuse_port")?;
    let mut first = run.start_other(&fault, &[&a_port_of_our_own()])?;
    let address = first.listening()?;
    let mut second = run.start_other(&fault, &[&address.to_string()])?;
    second.listening()?;
    let command = "cargo run -p lesson03 --example reuse_port";
    run.recorded(
        "reuse-port",
        &(shown(command, &first, address) + &shown(command, &second, address)),
    )
}
