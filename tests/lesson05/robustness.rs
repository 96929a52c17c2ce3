//! What else a server can do to the client of exercise 5.

use grader::{Check, Needs, Outcome, Run, check};
use lesson05::fill_from;

use crate::echo::{Echo, LINE, SHORT, accepts, fails};

const SECTION: &str = "04-buffers.html#exercise";

pub const ROBUSTNESS: &[Check] = &[
    check("does_not_read_too_much_to_its_end", does_not_read_too_much_to_its_end)
        .demands("A server that sends one line too many, and does not finish sending, is an error at once.")
        .hint("When do you know that there are too many bytes: at the end, or at the first of them?")
        .section(SECTION),
    check("gives_up_on_a_reply_without_end", gives_up_on_a_reply_without_end)
        .demands("A server that sends something else, and does not stop, is an error, at its first wrong byte.")
        .hint("When do you compare: when a piece has come, or when all of it has?")
        .section(SECTION)
        // In Wine, `shutdown` doesn't always wake a call that waits in another thread.
        .needs(Needs::NotWine),
    check("reports_a_full_output", reports_a_full_output)
        .demands("A standard output that takes nothing (/dev/full) is an error, with exit code 1.")
        .hint("How does a script learn that the echo was whole?")
        .section(SECTION)
        .needs(Needs::Linux),
];

fn reports_a_full_output(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let starter = ["sh", "-c", "exec \"$@\" > /dev/full", "sh"];
    let mut client = run.start_through(&starter, &["--bytes", &LINE.to_string(), &address])?;
    let mut server = accepts(&mut listener)?;
    let mut line = [0; LINE];
    fill_from(0, &mut line);
    server.receives_all(line)?;
    server.send(line)?;
    server.finish_sending()?;
    client.exits_with(1)?;
    client.complains("error: ")
}

fn does_not_read_too_much_to_its_end(run: &mut Run) -> Outcome {
    let mut echo = Echo::read_by(run, SHORT)?;
    run.step("the server sends it back and one line more, and keeps its side open");
    let _ = echo.send_to(SHORT + LINE);
    fails(&mut echo.client)
}

fn gives_up_on_a_reply_without_end(run: &mut Run) -> Outcome {
    let mut listener = run.listen()?;
    let address = listener.address().to_string();
    let mut client = run.start(&["--time-limit", "60", &address])?;
    let mut server = accepts(&mut listener)?;
    server.sends_until_cut_off(1 << 30)?;
    fails(&mut client)
}
