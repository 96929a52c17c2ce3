//! The limit of a line is counted in characters, not in bytes.
//!
//! Instead of: exercise04
//! Fails: closes_on_a_line_that_is_too_long, does_the_same_in_ipv6

mod lines;
mod shared;

use std::io::{BufRead, BufReader, Read};
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer, text_of, too_long};
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
    loop {
        line.clear();
        // Far beyond the limit, so that no client fills the memory.
        let mut bounded = (&mut reader).take(1 << 20);
        let count = bounded.read_until(b'\n', &mut line);
        let count = count.explain(format!("lost {}", client.address))?;
        let is_whole = line.ends_with(b"\n");
        if count == 0 || !is_whole && client.server.is_stopping() {
            return Ok("it finished sending");
        }
        if count == 1 << 20 {
            too_long(client, count)?;
        }
        // ANCHOR: bug
        let length = text_of(client, &line)?.chars().count();
        // ANCHOR_END: bug
        too_long(client, length)?;
        answer(client, text_of(client, &line)?)?;
    }
}
