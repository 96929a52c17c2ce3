//! All replies are sent together, when the client has finished sending.
//!
//! Instead of: exercise04
//! Fails: answers_a_line, answers_every_line, joins_the_chunks_of_a_line,
//!   answers_any_text, serves_clients_at_the_same_time, serves_many_clients,
//!   does_the_same_in_ipv6, waits_for_a_slow_reader, serves_ipv6,
//!   listens_where_it_is_told, closes_on_bytes_that_are_not_text,
//!   closes_on_a_line_that_is_too_long, survives_a_reset,
//!   survives_clients_that_do_not_wait, leaves_nothing_behind,
//!   survives_without_descriptors, stops_on_ctrl_c, stops_without_descriptors,
//!   finishes_lines_that_have_arrived, stops_in_time

mod lines;
mod shared;

use std::io::BufReader;
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer, next_line, text_of};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let mut reader = BufReader::new(&*client.connection);
    let (mut line, mut all) = (Vec::new(), Vec::new());
    while next_line(client, &mut reader, &mut line)? {
        // ANCHOR: bug
        text_of(client, &line)?;
        all.extend_from_slice(&line);
        // ANCHOR_END: bug
    }
    for line in all.split_inclusive(|byte| *byte == b'\n') {
        answer(client, text_of(client, line)?)?;
    }
    Ok("it finished sending")
}
