//! Exercise 1, the third milestone: hostile lengths and time.

use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use common::GREETING;
use grader::{Broken, Hint, Outcome, Program, Run, text};
use servers::handshake;

use crate::checks::be_the_server;
use crate::errors::{self, fails};
use crate::frames::{PATIENT, announced, asked, drawn, frame, prints};

/// The longest text, in bytes.
pub const LONGEST: usize = 16 << 20;

pub fn takes_the_longest_reply(run: &mut Run) -> Outcome {
    // The same line again and again, so that `uniq -c` can say in a few words what the client has printed: 16 MiB
    // in the memory of a suite that judges many programs side by side would be too much.
    const LINES: usize = LONGEST / 8;
    let line = run.number(1_000_000..=9_999_998).to_string();
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let counted = ["sh", "-c", "\"$@\" | uniq -c", "sh"];
    let mut client = run.start_through(&counted, &[PATIENT, &[&address]].concat())?;
    let mut server = listener.accept()?;
    server.receives(GREETING)?;
    run.step(text!(
        "the server sends a frame of {length} bytes: {lines} lines {line}",
        length = LONGEST,
        lines = LINES,
        line = format!("{line:?}"),
    ));
    let lines = format!("{line}\n").repeat(LINES / 256);
    // A client that refuses the length is judged by what it printed.
    let _ = server.write_all(&announced(LONGEST), "the client reads the length").and_then(|()| {
        (0..256).try_for_each(|_| server.write_all(lines.as_bytes(), "the client reads the text"))
    });
    server.close();
    client.exits_with(0)?;
    let printed = client.stdout();
    let is_right = printed.split_whitespace().eq([&*LINES.to_string(), &line, "1"]);
    let expected = text!(
        "it has printed {lines} lines {line} and an empty one (`uniq -c`)",
        lines = LINES,
        line = format!("{line:?}"),
    );
    run.ensure(expected, is_right, grader::quote(printed.as_bytes()))
}

pub fn refuses_a_length_that_is_too_large(run: &mut Run) -> Outcome {
    const FIRST_BIT: &str =
        "Which number is the length `FF FF FF FF`, and which one is it in your program?";
    let large = run.number(LONGEST as u64 + 2..=0x7fff_ffff) as usize;
    for length in [LONGEST + 1, large, 0x8000_0000, 0xffff_ffff] {
        // The text does not come, and the limit is far away.
        let (mut client, mut server) = asked(run, PATIENT)?;
        server.send(announced(length))?;
        let outcome = fails(&mut client);
        match length >= 0x8000_0000 {
            // The smaller ones were refused, so that it isn't the comparison.
            true => outcome.map_err(|broken| Broken { hint: Some(FIRST_BIT), ..broken })?,
            false => outcome?,
        }
    }
    Ok(())
}

pub fn has_errors_and_limits_in_ipv6(run: &mut Run) -> Outcome {
    run.in_ipv6(|run| {
        gives_up_on_a_silent_server(run)?;
        errors::are_the_same_in_ipv6(run)
    })
}

pub fn gives_up_connecting(run: &mut Run) -> Outcome {
    handshake::limits_connect(run, fails)
}

pub fn gives_up_on_a_silent_server(run: &mut Run) -> Outcome {
    with_limit(run, |run, it| {
        // The second falls silent in the middle. It begins when the first has ended, since an interpreter may take
        // longer to start than the first one's limit.
        for is_silent in [true, false] {
            let started = Instant::now();
            let limit = seconds(it.limit);
            let (mut client, mut server) = be_the_server(run, &["--time-limit", &limit])?;
            let connected = Instant::now();
            if !is_silent {
                // The same number in either order of its bytes.
                server.send(announced(0x01_0100))?;
                server.send("1234")?;
            }
            ends_in_time(run, &mut client, started, connected, it)?;
        }
        Ok(())
    })
}

pub fn gives_up_on_a_slow_server(run: &mut Run) -> Outcome {
    with_limit(run, |run, it| {
        loop {
            // On a busy machine a drip can be late. Then the server has been silent, and that ends a timeout of one
            // read as well: a client that passes has shown nothing, and is tried again.
            if drips(run, it)? < it.limit || !run.starts_over() {
                return Ok(());
            }
        }
    })
}

/// Returns the longest silence of the server.
fn drips(run: &mut Run, it: Limit) -> Outcome<Duration> {
    let started = Instant::now();
    let (mut client, mut server) = be_the_server(run, &["--time-limit", &seconds(it.limit)])?;
    let connected = Instant::now();
    server.send(announced(0x01_0100))?;
    run.step("the server sends a byte every 20 ms");
    let drip = server.sends_slowly(connected)?;
    let outcome = ends_in_time(run, &mut client, started, connected, it);
    // First the client, so that it cannot take the end of the drip for the end of the reply.
    drop(client);
    let _ = server.stream().shutdown(Shutdown::Both);
    let longest_silence = drip.join().unwrap_or_default();
    outcome.map(|()| longest_silence)
}

pub fn has_one_deadline(run: &mut Run) -> Outcome {
    with_limit(run, |run, it| {
        let it = Limit { limit: 2 * it.limit, ..it };
        let started = Instant::now();
        let (mut client, mut server) = be_the_server(run, &["--time-limit", &seconds(it.limit)])?;
        let connected = Instant::now();
        run.step("most of the limit passes");
        thread::sleep(it.limit * 3 / 4);
        server.send(announced(0x01_0100))?;
        ends_in_time(run, &mut client, started, connected, it)?;
        // An interpreter's start may hide that it has given up a little too early.
        let (took, least) = (client.ran_since(connected), it.limit - it.limit / 16);
        let statement =
            text!("that took {least} at least after it connected", least = format!("{least:?}"));
        run.ensure_in_time(statement, took >= least, format!("{took:?}")).hint(TOO_SOON)
    })
}

pub fn does_not_give_up_early(run: &mut Run) -> Outcome {
    // Long enough for a client that has a limit of its own, of one second or of five.
    let (text, pause) = (drawn(run, 10), Duration::from_millis(5300));
    run.grants(pause);
    let reply = frame(&text);
    // Also without the option: then the limit is 10 s.
    let (mut first, mut patient) = asked(run, PATIENT)?;
    let (mut second, mut usual) = asked(run, &[])?;
    patient.send(&reply[..2])?;
    usual.send(&reply[..4])?;
    run.step(text!("nothing happens for {pause}", pause = format!("{pause:?}")));
    thread::sleep(pause);
    patient.send(&reply[2..])?;
    patient.close();
    usual.send(&reply[4..])?;
    usual.close();
    prints(&mut first, &text)?;
    prints(&mut second, &text)
}

pub fn has_ten_seconds_by_default(run: &mut Run) -> Outcome {
    let it = Limit { limit: Duration::from_secs(10), grace: Duration::from_millis(500) };
    let started = Instant::now();
    let (mut client, mut server) = be_the_server(run, &[])?;
    let connected = Instant::now();
    run.grants(it.limit);
    server.send(announced(10))?;
    run.step("six seconds later, the server sends one byte of the text");
    thread::sleep(Duration::from_secs(6));
    server.send("x").hint(TOO_SOON)?;
    ends_in_time(run, &mut client, started, connected, it)
}

/// A time limit for a client, and how much later it may end.
#[derive(Clone, Copy)]
struct Limit {
    limit: Duration,
    grace: Duration,
}

/// Performs a check with a time limit. A busy machine can keep a right client from ending in time: so what
/// fails is tried again with more time, while there is some.
fn with_limit(run: &mut Run, check: impl Fn(&mut Run, Limit) -> Outcome) -> Outcome {
    let mut outcome = Ok(());
    // Half a second is what the assignment says.
    for (limit, grace) in [(400, 500), (800, 750), (1600, 1200)] {
        let [limit, grace] = [limit, grace].map(Duration::from_millis);
        if outcome.is_err() && !(run.has_time(4 * limit) && run.starts_over()) {
            break;
        }
        outcome = check(run, Limit { limit, grace });
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Demands an error no sooner than the limit after the client's start, and no later than the limit and the
/// grace after it has connected.
fn ends_in_time(
    run: &mut Run,
    client: &mut Program,
    started: Instant,
    connected: Instant,
    Limit { limit, grace }: Limit,
) -> Outcome {
    const TOO_LATE: &str =
        "How often does your client begin to wait anew, and for how long each time?";
    fails(client)?;
    let (took, most) = (client.ran_since(connected), limit + grace);
    run.ensure_in_time(
        text!("that took {most} at most", most = format!("{most:?}")),
        took <= most,
        format!("{took:?}"),
    )
    .hint(TOO_LATE)?;
    // A timeout may be rounded.
    let (took, least) =
        (client.ran_since(started), limit.saturating_sub(Duration::from_millis(50)));
    run.ensure(
        text!("that took {least} at least", least = format!("{least:?}")),
        took >= least,
        format!("{took:?}"),
    )
    .hint(TOO_SOON)
}

const TOO_SOON: &str = "Which timeout in your client is shorter than its time limit?";

fn seconds(time: Duration) -> String {
    time.as_secs_f64().to_string()
}
