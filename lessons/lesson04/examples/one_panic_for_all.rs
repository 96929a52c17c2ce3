//! The server unwraps what a client does, with a lock held.
//!
//! The panic ends one thread and poisons the lock. The next `unwrap` of the lock ends the
//! next thread, and in the end all of them.
//!
//! Instead of: exercise04
//! Fails: does_the_same_in_ipv6, waits_for_a_slow_reader,
//!   closes_on_bytes_that_are_not_text, closes_on_a_line_that_is_too_long,
//!   survives_a_reset, survives_clients_that_do_not_wait, leaves_nothing_behind,
//!   stops_in_time, survives_resets_at_any_moment, survives_whatever_is_sent,
//!   closes_after_its_replies

mod lines;
mod shared;

use std::io::BufReader;
use std::process::ExitCode;
use std::sync::Mutex;

use common::exit;

use lines::{answer, next_line, text_of};
use shared::server::{Client, Outcome};
use shared::*;

static LINES: Mutex<usize> = Mutex::new(0);

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    loop {
        // ANCHOR: bug
        let outcome = next_line(client, &mut reader, &mut line);
        let mut lines = LINES.lock().unwrap();
        if !outcome.unwrap() {
            return Ok("it finished sending");
        }
        *lines += 1;
        answer(client, text_of(client, &line).unwrap()).unwrap();
        // ANCHOR_END: bug
    }
}
