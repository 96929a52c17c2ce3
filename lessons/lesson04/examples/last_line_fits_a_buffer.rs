//! A last line without `\n` is answered only if it fits into a buffer.
//!
//! Instead of: exercise04
//! Fails: answers_the_last_line, closes_on_a_line_that_is_too_long,
//!   does_the_same_in_ipv6

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
    let connection = &*client.connection;
    let mut reader = BufReader::new(connection);
    let mut line = Vec::new();
    while next_line(client, &mut reader, &mut line)? {
        // ANCHOR: bug
        if !line.ends_with(b"\n") {
            line.truncate(8 << 10);
            while str::from_utf8(&line).is_err()
                && !line.is_empty()
                && line.len() > (8 << 10) - 4
            {
                line.pop();
            }
        }
        // ANCHOR_END: bug
        answer(client, text_of(client, &line)?)?;
    }
    Ok("it finished sending")
}
