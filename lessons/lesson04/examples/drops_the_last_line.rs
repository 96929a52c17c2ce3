//! Only what ends in a newline is a line.
//!
//! What the client sends last, without a newline, is lost.
//!
//! Instead of: exercise04
//! Fails: answers_the_last_line, answers_any_text, closes_on_bytes_that_are_not_text,
//!   closes_on_a_line_that_is_too_long, does_the_same_in_ipv6

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
    let mut line = Vec::new();
    // ANCHOR: bug
    while next_line(client, &mut reader, &mut line)? && line.ends_with(b"\n") {
        answer(client, text_of(client, &line)?)?;
    }
    // ANCHOR_END: bug
    Ok("it finished sending")
}
