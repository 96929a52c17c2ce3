//! stderr names the client, but doesn't say what is wrong with it.
//!
//! Instead of: exercise04
//! Fails: serves_many_clients, waits_for_a_slow_reader,
//!   closes_on_bytes_that_are_not_text, closes_on_a_line_that_is_too_long,
//!   survives_clients_that_do_not_wait, leaves_nothing_behind,
//!   survives_without_descriptors, stops_on_ctrl_c, stops_wherever_it_listens,
//!   stops_without_descriptors, finishes_lines_that_have_arrived, stops_in_time

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
    while next_line(client, &mut reader, &mut line)? {
        // ANCHOR: bug
        match text_of(client, &line) {
            Ok(text) => answer(client, text)?,
            Err(_) => {
                eprintln!("error: {}", client.address);
                return Ok("it has sent bytes that aren't text");
            }
        }
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
