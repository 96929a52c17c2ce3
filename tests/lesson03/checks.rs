//! What lesson 3's program must do that lesson 2's need not: run again right away.
//!
//! It is lesson 2's server, on a listener that is made by hand: create the socket, set SO_REUSEADDR, bind,
//! listen. When it has closed a connection first, the kernel keeps the port in TIME_WAIT; the next
//! run gets the port anyway. `--without-reuse` leaves the option off, `--backlog N` says how
//! many clients may wait, and `matrix` measures when a port can be bound again and prints the answer
//! in two tables.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use common::{GREETING, REPLY, timed_out};
use grader::sockets;
use grader::{
    Check, Finished, Needs, Outcome, Peer, Program, Run, check, private_loopback,
};

pub const CHECKS: &[Check] = &[
    check("restarts_at_once", restarts_at_once)
        .demands("After a run in which the server closed first, the next run listens on the same port.")
        .hint("Which call asks whether the port is free, and what did it know of your option by then?")
        .section("02-3-port-reuse.html#the-repair"),
    check("restarts_after_a_crash", restarts_after_a_crash)
        .demands("A server that was killed while its client is still connected can be run again right away.")
        .hint("Who holds the server's end of a connection when the server's process is gone?")
        .section("02-3-port-reuse.html#the-repair"),
    check("fails_without_the_option", fails_without_the_option)
        .demands("With --without-reuse the second run fails, and its error names TIME_WAIT.")
        .hint("Which of your calls sets SO_REUSEADDR without being told to?")
        .section("02-3-port-reuse.html#run-it")
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
        .hint("Has each experiment a port of its own, and does your option reach the sockets?")
        .section("02-3-port-reuse.html#who-waits")
        .needs(Needs::Linux),
    check("matrix_shows_who_waits", matrix_shows_who_waits)
        .demands("`matrix` finds TIME_WAIT at the end that closed first, and only there.")
        .hint("A connection has two ends: whose line in the sockets's list did you read?")
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
    // When the listener is gone, the SYN has no answer until it's sent again.
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
pub fn server_closes_first(
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
pub fn a_port_of_our_own() -> String {
    SocketAddr::new(private_loopback(), 0).to_string()
}

/// Connects so many clients that nobody accepts, each as soon as the one before waits in the queue.
pub fn fill_the_queue(
    run: &mut Run,
    address: SocketAddr,
    clients: u64,
) -> Outcome<Vec<Peer>> {
    (1..=clients)
        .map(|number| {
            let client = run.connect(address)?;
            run.until(format!("{number} in the queue"), || {
                sockets::listener_at(address).filter(|it| it.receive_queue == number)
            })?;
            Ok(client)
        })
        .collect()
}

/// Demands that a connection to this address does not come about. (Proves silence, not readiness.)
pub fn is_not_connected(run: &mut Run, address: SocketAddr) -> Outcome {
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
