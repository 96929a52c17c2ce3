//! The clients share a buffer, and each locks it for its whole conversation.
//!
//! A client that waits for the lock waits for another client.
//!
//! Instead of: exercise04
//! Fails: serves_clients_at_the_same_time, serves_many_clients, does_the_same_in_ipv6,
//!   waits_for_a_slow_reader, closes_on_bytes_that_are_not_text,
//!   closes_on_a_line_that_is_too_long, survives_a_reset,
//!   survives_clients_that_do_not_wait, survives_without_descriptors, stops_on_ctrl_c,
//!   stops_in_time

mod lines;
mod shared;

use std::io::BufReader;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use common::{Explain, exit};

use lines::{answer, next_line, text_of};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

static LINE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let mut reader = BufReader::new(&*client.connection);
    // ANCHOR: bug
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    while next_line(client, &mut reader, &mut line)? {
        answer(client, text_of(client, &line)?)?;
    }
    // ANCHOR_END: bug
    Ok("it finished sending")
}
