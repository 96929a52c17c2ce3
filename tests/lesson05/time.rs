//! When the client of exercise 5 must end: not before its time limit, and not long after.

use std::fs;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use grader::{Hint, Outcome, Peer, Run, has_ipv6, text};
use lesson05::fill_from;

use crate::echo::{Echo, LINE, PIECE, accepts, fails, succeeds};

/// How long the program may take to end when its time is up.
const AFTERWARDS: Duration = Duration::from_millis(500);

/// The limits of the first and the second attempt. A busy machine can hold a right program up, or the server:
/// then once more, with more time.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_millis(1200);

/// Without the option.
const DEFAULT: Duration = Duration::from_secs(10);

/// Starts the client with a time limit, has the server do something that takes no end, and demands that the
/// client ends with an error, after the limit and not long after.
pub fn ends_in_time(
    run: &mut Run,
    arguments: &[&str],
    serve: impl Fn(&mut Run, &mut Peer) -> Outcome,
) -> Outcome {
    ends_at(run, &[SHORT, LONG], arguments, serve)
}

/// The same with the longer limit alone, for a server that takes its time.
pub fn ends_after_a_second(
    run: &mut Run,
    arguments: &[&str],
    serve: impl Fn(&mut Run, &mut Peer) -> Outcome,
) -> Outcome {
    ends_at(run, &[LONG], arguments, serve)
}

pub fn keeps_the_deadline(run: &mut Run) -> Outcome {
    ends_in_time(run, &[], |run, server| {
        let stream = server.stream().try_clone();
        let mut stream = run.attempt(
            "every 20 ms the server reads some bytes, and sends one line of the echo",
            stream,
        )?;
        thread::spawn(move || {
            let (mut piece, mut line) = ([0; PIECE], [0; LINE]);
            for place in (0..).step_by(LINE) {
                fill_from(place, &mut line);
                // A client that is gone ends both.
                let read = stream.read(&mut piece);
                if stream.write_all(&line).is_err() || !matches!(read, Ok(1..)) {
                    break;
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        Ok(())
    })?;
    if has_ipv6() {
        let silent = |_: &mut Run, _: &mut Peer| Ok(());
        run.in_ipv6(|run| ends_in_time(run, &[], silent))?;
    }
    never_ends_the_echo(run)
}

/// The last byte comes in time, and then nothing.
fn never_ends_the_echo(run: &mut Run) -> Outcome {
    let length = run.number(1000..=5000) as usize;
    ends_after_a_second(run, &["--bytes", &length.to_string()], |run, server| {
        run.step("the server sends the whole echo after 0.9 s, and never ends it");
        thread::sleep(Duration::from_millis(900));
        let mut message = vec![0; length];
        fill_from(0, &mut message);
        server.send(message)
    })
    .hint("When the last byte has come, how long does your program wait for the end?")
}

/// The limit when the command line gives none, from both sides.
pub fn has_ten_seconds_by_default(run: &mut Run) -> Outcome {
    run.grants(DEFAULT);
    ends_at(run, &[DEFAULT], &["--bytes", "1000"], |run, server| {
        run.step("six seconds later, the server sends 64 bytes of the echo");
        thread::sleep(Duration::from_secs(6));
        let mut start = [0; 64];
        fill_from(0, &mut start);
        server.send(start)
    })
}

pub fn has_time_by_default(run: &mut Run) -> Outcome {
    let length = run.number(1000..=5000) as usize;
    let bytes = ["--bytes", &length.to_string()];
    let mut echo = Echo::start_with(run, &bytes, length, false)?;
    let mut other = Echo::start_with(run, &bytes, length, false)?;
    let accepted = Instant::now();
    echo.read_all(run)?;
    other.read_all(run)?;
    other.send_to(length)?;
    let pause = Duration::from_millis(5300);
    run.grants(pause);
    run.step(text!(
        "the server sends nothing until {pause} after the connection, and to the other nothing more",
        pause = format!("{pause:?}"),
    ));
    thread::sleep(pause.saturating_sub(accepted.elapsed()));
    echo.send_to(length).hint("Does your program give up before its time limit is over?")?;
    echo.server.finish_sending()?;
    succeeds(&mut echo.client, length)?;
    run.step("the other gets a byte too many");
    let _ = other.send_to(length + 1);
    fails(&mut other.client)
        .hint("How do you know that nothing more will come: from the silence, or from the end?")
}

fn ends_at(
    run: &mut Run,
    limits: &[Duration],
    arguments: &[&str],
    serve: impl Fn(&mut Run, &mut Peer) -> Outcome,
) -> Outcome {
    for &limit in limits {
        let mut listener = run.listen()?;
        let (address, seconds) = (listener.address().to_string(), limit.as_secs_f64().to_string());
        let started = Instant::now();
        let limited: &[&str] = if limit == DEFAULT { &[] } else { &["--time-limit", &seconds] };
        let mut client = run.start(&[limited, arguments, &[&address]].concat())?;
        let mut server = accepts(&mut listener)?;
        // Its own start, which can take an interpreter a while, is no part of it.
        let (connected, late) = (Instant::now(), Lateness::begin());
        serve(run, &mut server)?;
        let outcome = fails(&mut client);
        let (all, since) = (client.ran_since(started), client.ran_since(connected));
        let _ = server.stream().shutdown(Shutdown::Both);
        outcome?;
        let statement = text!("it ended no earlier than {seconds} s after its start", seconds);
        run.ensure(statement, all >= limit, shown(all))
            .hint("In which unit is your time limit, and what else ends your program?")?;
        if limit >= LONG {
            // An interpreter's start may hide that it has given up a little too early.
            let least = limit - limit / 16;
            let statement = text!(
                "it ended no earlier than {least} s after it connected",
                least = in_seconds(least)
            );
            run.ensure_in_time(statement, since >= least, shown(since))?;
        }
        let latest = limit + AFTERWARDS + late.end();
        let statement = text!(
            "it ended no later than {latest} s after it connected",
            latest = in_seconds(latest)
        );
        let outcome = run.ensure_in_time(statement, since <= latest, shown(since));
        // The first limit is short: twice of it is still in time, and so seems half of it after a late start.
        let is_shown = since < limit + AFTERWARDS / 2 && all - since < limit / 4;
        if limit >= LONG || outcome.is_ok() && is_shown {
            return outcome;
        }
        run.step("once more, with more time, since the machine may have been busy");
    }
    Ok(())
}

pub fn shown(time: Duration) -> String {
    text!("after {time} s", time = in_seconds(time))
}

pub fn in_seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}

/// How much later a busy machine lets a program end. Its threads are woken late, several times, and an
/// interpreter needs a processor for some time to end, which others want as well. What the machine did long before
/// that doesn't count.
struct Lateness {
    is_over: Arc<AtomicBool>,
    watch: JoinHandle<Duration>,
}

impl Lateness {
    fn begin() -> Lateness {
        const MOMENT: Duration = Duration::from_millis(5);
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let watch = thread::spawn(move || {
            let mut looks = Vec::new();
            while !ends.load(Ordering::Relaxed) {
                let before = Instant::now();
                thread::sleep(MOMENT);
                let late = before.elapsed().saturating_sub(MOMENT);
                looks.push((Instant::now(), late, waiting_for_each_processor()));
            }
            let at_the_end = looks.iter().filter(|(at, ..)| at.elapsed() < 2 * LONG);
            let (longest, others) = at_the_end
                .fold((Duration::ZERO, 0), |(longest, most), &(_, late, others)| {
                    (longest.max(late), most.max(others))
                });
            30 * longest + Duration::from_millis(50) * others
        });
        Lateness { is_over, watch }
    }

    fn end(self) -> Duration {
        self.is_over.store(true, Ordering::Relaxed);
        self.watch.join().unwrap_or_default()
    }
}

/// How many threads besides one want each processor at this moment: `/proc/loadavg`, proc(5). (Linux)
fn waiting_for_each_processor() -> u32 {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let running = load.split(' ').nth(3).and_then(|it| it.split('/').next()?.parse().ok());
    let processors = thread::available_parallelism().map_or(1, |it| it.get() as u32);
    (running.unwrap_or(0) / processors).saturating_sub(1)
}
