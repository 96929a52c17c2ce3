//! Each line has a new `BufReader`.
//!
//! A reader reads ahead, and what it has read ahead is dropped with it.
//!
//! Instead of: exercise04
//! Fails: answers_every_line, joins_the_chunks_of_a_line, answers_the_last_line,
//!   answers_any_text, does_the_same_in_ipv6, waits_for_a_slow_reader,
//!   closes_on_bytes_that_are_not_text, closes_on_a_line_that_is_too_long,
//!   finishes_lines_that_have_arrived, answers_lines_cut_anywhere

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
    let mut line = Vec::new();
    // ANCHOR: bug
    while next_line(client, &mut BufReader::new(&*client.connection), &mut line)? {
        answer(client, text_of(client, &line)?)?;
    }
    // ANCHOR_END: bug
    Ok("it finished sending")
}
