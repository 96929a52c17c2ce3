//! Exercise 4, wrong: `unwrap` on what a client does, with a lock held. The panic ends one thread and poisons
//! the lock, and the next `unwrap` on the lock ends the next thread: all of them, in the end.
//!
//! Instead of: exercise04
//! Fails: parts_with_bytes_that_are_not_text, parts_with_a_line_that_is_too_long,
//!   survives_a_reset, survives_resets_at_any_moment, survives_whatever_is_sent,
//!   parts_when_replies_have_arrived

use std::io::BufReader;
use std::process::ExitCode;
use std::sync::Mutex;

use common::{Failure, exit};
use lesson04::{
    Client, Farewell, Settings, accept_clients, answer, next_line, open, start_thread, text_of,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that panics with a lock held")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}

static LINES: Mutex<usize> = Mutex::new(0);

fn converse(client: &Client) -> Result<Farewell, Failure> {
    let mut reader = BufReader::new(client.connection());
    let mut line = Vec::new();
    loop {
        // ANCHOR: bug
        let outcome = next_line(client, &mut reader, &mut line);
        let mut lines = LINES.lock().unwrap();
        if !outcome.unwrap() {
            return Ok(Farewell::EndedItsSide);
        }
        *lines += 1;
        answer(client, text_of(client, &line).unwrap()).unwrap();
        // ANCHOR_END: bug
    }
}
