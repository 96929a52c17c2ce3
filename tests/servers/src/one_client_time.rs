//! For how long one client may hold a server, to the second.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use grader::{ANY_PORT, ANY_PORT_OF_IPV6, Hint, Outcome, Program, Run, has_ipv6, is_wine, text};

use crate::addresses::listens_nowhere_else;
use crate::robustness::{Protocol, break_off, narrow};

/// How much longer than its limit a client may be held: a server may report, finish sending, and read on for a
/// moment before it closes.
pub const GRACE: Duration = Duration::from_secs(1);

/// The time limit of [`ends_a_silent_client_in_time`].
const LIMIT: Duration = Duration::from_millis(1300);

/// A silent client is ended when its limit is over, not before and not much later. So is one that says its
/// first word late: its time has begun with the connection.
pub fn ends_a_silent_client_in_time<P: Protocol>(run: &mut Run) -> Outcome {
    ends_silent_clients::<P>(run, LIMIT, &["--time-limit", "1.3"])?;
    lets_go_of_those_whose_time_is_over::<P>(run)
        .hint("Which of your ways out of a conversation leaves its connection open?")
}

/// The same where the user gives no limit.
pub fn gives_a_client_ten_seconds<P: Protocol>(run: &mut Run) -> Outcome {
    const DEFAULT: Duration = Duration::from_secs(10);
    run.grants(DEFAULT);
    ends_silent_clients::<P>(run, DEFAULT, &[])
}

fn ends_silent_clients<P: Protocol>(run: &mut Run, limit: Duration, options: &[&str]) -> Outcome {
    let other_family = if has_ipv6() { ANY_PORT_OF_IPV6 } else { ANY_PORT };
    run.no_later_than(limit + GRACE, |run| {
        let (_server, address) = run.serve_with(&[options, &[ANY_PORT]].concat())?;
        let (_other_server, other) = run.serve_with(&[options, &[other_family]].concat())?;
        let since = Instant::now();
        let mut silent = run.connect_as("the silent client", address)?;
        let mut late = run.connect_as("a client of another run", other)?;
        // The one whose first word has been answered doesn't see when its time is over. Who waits for it does.
        let mut next = None;
        if P::REPLIES_AT_ONCE {
            let mut client = run.connect_as("the client behind it", other)?;
            P::asks(&mut client)?;
            next = Some(client);
        }
        late.receives_nothing_since(since, limit - limit / 8)?;
        run.step("just before its time is over, it says its first word");
        // On a busy machine it may be late for that.
        let _ = { late.stream() }.write(&P::HALF[..1]);
        silent.receives_no_reply()?;
        let took = since.elapsed();
        let seconds = format!("{:.2} s", took.as_secs_f64());
        // Timers count in milliseconds, and some begin a little early.
        let least = limit - Duration::from_millis(50);
        let statement =
            text!("that was not before its {limit} were over", limit = format!("{limit:?}"));
        run.ensure(statement, took >= least, seconds)?;
        match next {
            Some(mut next) => P::is_answered(&mut next)?,
            None => late.receives_no_reply()?,
        }
        Ok(since.elapsed())
    })
}

/// For how long a client may be silent that has ten seconds.
pub const PAUSE: Duration = Duration::from_millis(2500);

/// A hundred clients are served, and a thousand more come for nothing. Nothing is left of all of them.
pub fn serves_a_hundred_clients<P: Protocol>(run: &mut Run) -> Outcome {
    let files = tempfile::tempdir().map_err(|why| run.broken("a folder for its files", why))?;
    let (server, address) = serve_with_files_in(run, files.path())?;
    let serve = |run: &mut Run, clients: usize| -> Outcome {
        for _ in 0..clients {
            let mut client = run.connect(address)?;
            P::is_served(&mut client)?;
            client.close();
        }
        Ok(())
    };
    serve(run, 1)?;
    // A thousand clients take more than one does.
    run.grants(Duration::from_secs(2));
    let count = || std::fs::read_dir(files.path()).map_or(0, Iterator::count);
    let (Ok(before), files_before) = (server.usage(), count()) else { return serve(run, 100) };
    run.as_one_step("a hundred clients are served", |run| serve(run, 100))?;
    // In Wine, `accept` fails for a client that has gone before it, and each takes a tenth of a second.
    if !is_wine() {
        break_off::<P>(run, address, 1000)?;
        run.as_one_step("ten clients reset when their replies have begun", |run| {
            (0..10).try_for_each(|_| resets_in_its_reply::<P>(run, address))
        })?;
    }
    serve(run, 1)?;
    listens_nowhere_else(run, &server, address)?;
    run.until("the server has closed its connections with them", || {
        let now = server.usage().ok()?;
        (now.descriptors < before.descriptors + 5).then_some(())
    })?;
    // A pool may keep some for the next clients.
    run.until("it has no threads for them any more", || {
        (server.usage().ok()?.threads < before.threads + 200).then_some(())
    })
    .hint("What have you started for a client, and what ends it when the client has gone?")?;
    let files_more = count().saturating_sub(files_before);
    run.ensure(
        "it has left no files of theirs",
        files_more < 5,
        text!("{files} files more", files = files_more),
    )
    .hint("What have you written down of a client, and who deletes it when the client has gone?")?;
    keeps_no_memory::<P>(run, &server, address)
        .hint("Which of your values still has a client's request when that client has gone?")
}

/// A client that is silent, one that stops in its request, and one that doesn't read its reply are cut off. Round after
/// round, no descriptor of theirs may be left.
fn lets_go_of_those_whose_time_is_over<P: Protocol>(run: &mut Run) -> Outcome {
    let (server, address) = run.serve_with(&["--time-limit", "0.3", "127.0.0.1:0"])?;
    // Where the system doesn't tell.
    if server.usage().is_err() {
        return Ok(());
    }
    run.grants(Duration::from_secs(3));
    let round = |run: &mut Run| {
        run.as_one_step("three clients hold the server until their time is over", |run| {
            let stream = run.attempt("a client with small buffers connects", narrow(address))?;
            let _ = stream.set_write_timeout(Some(Duration::from_secs(1)));
            P::sends_without_reading(&stream);
            let mut half = run.connect(address)?;
            // On a busy machine, the server may have cut it off already.
            let _ = half.send(P::HALF);
            run.connect(address)?.receives_no_reply()?;
            half.close();
            drop(stream);
            run.becomes_idle(&server)
        })?;
        Ok(server.usage()?.descriptors)
    };
    let before = round(run)?;
    round(run)?;
    round(run)?;
    run.until("the server has closed its connections with them", || {
        (server.usage().ok()?.descriptors < before + 2).then_some(())
    })
}

/// Temporary files of this server are in a folder of its own.
fn serve_with_files_in(run: &mut Run, folder: &Path) -> Outcome<(Program, SocketAddr)> {
    // Unix and Windows have different names for it.
    let variables = ["TMPDIR", "TMP", "TEMP"];
    run.serve_in(&variables.map(|name| (name, folder)), &["127.0.0.1:0"])
}

/// Client after client sends much. In one of a few rounds the server's memory must not have grown by what they
/// sent: one that cleans up now and then has done it by then.
fn keeps_no_memory<P: Protocol>(run: &mut Run, server: &Program, address: SocketAddr) -> Outcome {
    const MOST: u64 = 3 << 20;
    let round = |run: &mut Run| {
        run.as_one_step(
            "20 clients send much, some of them too much, and two more reset",
            |run| {
                for number in 0..20 {
                    let mut client = run.connect(address)?;
                    if number % 5 == 0 {
                        P::costs_much(&mut client)?
                    } else {
                        P::sends_much(&mut client)?
                    }
                    client.close();
                }
                // In Wine, `accept` may fail for a client that has gone.
                let resets = if is_wine() { 0 } else { 2 };
                (0..resets).try_for_each(|_| resets_in_its_reply::<P>(run, address))
            },
        )?;
        Ok(server.usage()?.memory)
    };
    let mut memory = vec![round(run)?, round(run)?, round(run)?];
    for now in 3..10 {
        memory.push(round(run)?);
        // Of two rounds: what is kept may first have been put where something else was.
        if memory[now] < memory[now - 2] + MOST {
            return Ok(());
        }
    }
    let grown = text!(
        "from {from} to {to} KiB, a little in each round",
        from = memory[0] >> 10,
        to = memory[9] >> 10,
    );
    run.ensure("it needs no more memory for 40 clients more", false, grown)
}

/// A client that breaks off when its reply has begun; if it was to be a long one, in the middle of it.
fn resets_in_its_reply<P: Protocol>(run: &mut Run, address: SocketAddr) -> Outcome {
    let stream = run.attempt("a client with small buffers connects", narrow(address))?;
    let _ = stream.set_write_timeout(Some(Duration::from_secs(5)));
    let mut client = run.peer(stream, "the client with small buffers");
    if P::REPLIES_AT_ONCE {
        P::asks(&mut client)?;
    } else {
        run.step("it sends a long request, and waits until its reply has begun");
        P::sends_without_reading(client.stream());
    }
    client.has_unread_input()?;
    client.reset();
    Ok(())
}

/// A client that has sent all, and is gone before the server looks: the reply has nowhere to go.
pub fn survives_a_client_that_is_gone<P: Protocol>(
    run: &mut Run,
    server: &mut Program,
    address: SocketAddr,
) -> Outcome {
    // In Wine, `accept` fails for a client that has gone before it, and resets the next one.
    if is_wine() {
        return Ok(());
    }
    server.suspend()?;
    let mut rude = run.connect_as("a client that doesn't wait", address)?;
    P::asks(&mut rude)?;
    rude.reset();
    server.resume()?;
    let mut next = run.connect_as("the next client", address)?;
    P::is_served(&mut next)?;
    next.close();
    server.still_runs()
}
