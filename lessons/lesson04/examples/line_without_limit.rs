//! A line is read to its end, however long it is.
//!
//! One client can fill the memory.
//!
//! Instead of: exercise04
//! Fails: closes_on_a_line_that_is_too_long, does_the_same_in_ipv6,
//!   refuses_a_long_line_that_comes_slowly

mod lines;
mod shared;

use std::io::{BufRead, BufReader};
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer, text_of};
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
    loop {
        line.clear();
        // ANCHOR: bug
        reader
            .read_until(b'\n', &mut line)
            .explain(format!("lost {}", client.address))?;
        // ANCHOR_END: bug
        if line.is_empty() || (client.server.is_stopping() && !line.ends_with(b"\n")) {
            return Ok("it finished sending");
        }
        answer(client, text_of(client, &line)?)?;
    }
}
