//! A line that's too long is skipped, and the next ones are answered.
//!
//! Only a line of more than a megabyte ends the conversation.
//!
//! Instead of: exercise04
//! Fails: closes_on_a_line_that_is_too_long, does_the_same_in_ipv6

mod lines;
mod shared;

use std::io::{BufRead, BufReader, Read};
use std::process::ExitCode;

use common::{Explain, complain, exit};

use lines::{answer, text_of, too_long};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    let lost = format!("lost {}", client.address);
    set_options(client).explain(&lost)?;
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    loop {
        line.clear();
        reader.by_ref().take(1 << 20).read_until(b'\n', &mut line).explain(&lost)?;
        let has_ended = line.ends_with(b"\n");
        if line.is_empty() || !has_ended && client.server.is_stopping() {
            return Ok("it finished sending");
        }
        // ANCHOR: bug
        if let Err(why) = too_long(client, line.len() - usize::from(has_ended)) {
            if line.len() == 1 << 20 {
                return Err(why);
            }
            complain(&why);
            continue;
        }
        // ANCHOR_END: bug
        answer(client, text_of(client, &line)?)?;
    }
}
