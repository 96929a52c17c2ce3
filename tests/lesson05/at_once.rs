//! What the client of exercise 5 must do at once: end its message, and say what is wrong.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use grader::{Hint, Outcome, Run, text};
use lesson05::LONG;
use servers::handshake::BROADCAST;

use crate::echo::{Echo, LINE, PIECE, fails};
use crate::time::{in_seconds, shown};

/// What a program may take for a call that doesn't wait. A quiet machine needs a thousandth of it.
const MOMENT: Duration = Duration::from_millis(200);

pub fn reports_a_refusal(run: &mut Run) -> Outcome {
    // A slow start is no second attempt.
    let before = Instant::now();
    drop(Echo::start(run, 0, false)?);
    let started = before.elapsed();
    let closed = run.closed_port()?;
    refused(run, BROADCAST)?;
    let took = refused(run, closed.address)?;
    let most = 2 * started + Duration::from_millis(500);
    let statement = text!(
        "it ended no later than {most} s after its start, so it tried once",
        most = in_seconds(most),
    );
    run.ensure_in_time(statement, took <= most, shown(took))
        .hint("What does your program do when it's refused, and how often?")
}

/// How long it took a client to say that no program listens there.
pub fn refused(run: &mut Run, address: SocketAddr) -> Outcome<Duration> {
    let started = Instant::now();
    let mut client = run.start(&[&address.to_string()])?;
    fails(&mut client)?;
    Ok(client.ran_since(started))
}

/// One that waits before it ends the message does so each time. A busy machine holds a right one up now and then.
pub fn ends_its_message(run: &mut Run) -> Outcome {
    let mut soonest = Duration::MAX;
    for length in [1, run.number(2..=5000) as usize, 0] {
        let mut echo = Echo::start(run, length, false)?;
        echo.read_to(length)?;
        let all_read = Instant::now();
        echo.reads_the_end()?;
        soonest = soonest.min(all_read.elapsed());
        if soonest <= MOMENT {
            return Ok(());
        }
    }
    let statement = text!(
        "the message ended no later than {most} s after its last byte",
        most = in_seconds(MOMENT),
    );
    run.ensure_in_time(statement, false, shown(soonest))
        .hint("What does your program wait for between its last byte and the end of its message?")
}

/// In each case it has come to the client, and nothing more will: neither bytes nor the end of the stream, nor
/// room for the message.
pub fn says_so_at_once(run: &mut Run) -> Outcome {
    a_wrong_byte(run)?;
    a_wrong_byte_in_half_a_line(run)?;
    an_early_end(run)?;
    a_byte_too_many(run)
}

fn a_wrong_byte(run: &mut Run) -> Outcome {
    let mut echo = reads_the_start(run)?;
    // In the words of a line, not in its number, and with more behind it.
    let place = LINE * run.number(1..=900) as usize + run.number(14..=62) as usize;
    run.step(text!(
        "it sends that back with byte {place} changed (counted from 0), and does nothing more",
        place,
    ));
    echo.send_wrong(place, 0xff, PIECE)?;
    fails(&mut echo.client)
}

fn a_wrong_byte_in_half_a_line(run: &mut Run) -> Outcome {
    let mut echo = reads_the_start(run)?;
    let place = LINE * run.number(1..=900) as usize + run.number(14..=40) as usize;
    run.step(text!(
        "it sends the bytes up to byte {place} back, with this one changed, and does nothing more",
        place,
    ));
    echo.send_wrong(place, 0xff, place + 1)?;
    fails(&mut echo.client)
        .hint("A byte has come, and it's wrong: what does your program wait for before it looks?")
}

fn an_early_end(run: &mut Run) -> Outcome {
    let mut echo = reads_the_start(run)?;
    run.step("it sends that back, finishes sending, and does nothing more");
    echo.send_to(PIECE)?;
    echo.server.finish_sending()?;
    fails(&mut echo.client)
        .hint("When the echo ends too early, what does your sender still wait for?")
}

fn a_byte_too_many(run: &mut Run) -> Outcome {
    for length in [0, run.number(1..=5000) as usize] {
        let mut echo = Echo::read_by(run, length)?;
        run.step("the server sends it back, and one byte more, and does nothing more");
        echo.send_to(length)?;
        if length > 0 && echo.server.has_been_read()? {
            // A client that looks once whether there is more has done so by now.
            thread::sleep(Duration::from_millis(50));
        }
        echo.send_to(length + 1)?;
        fails(&mut echo.client)
            .hint("When a byte too many has come, what does your program still wait for?")?;
    }
    Ok(())
}

fn reads_the_start(run: &mut Run) -> Outcome<Echo> {
    let mut echo = Echo::start(run, LONG, true)?;
    run.step("the server reads the start of the message");
    echo.read_to(PIECE)?;
    Ok(echo)
}
