//! A client of IPv6 may send a line of a mebibyte.
//!
//! Instead of: exercise04
//! Fails: does_the_same_in_ipv6

mod lines;
mod shared;

use std::io::{BufRead, BufReader, Read};
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer, answer_lines, text_of, too_long};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    if client.address.is_ipv4() {
        return answer_lines(client);
    }
    set_options(client).explain(format!("lost {}", client.address))?;
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    loop {
        line.clear();
        // ANCHOR: bug
        let mut bounded = (&mut reader).take(1 << 20);
        // ANCHOR_END: bug
        let count = bounded.read_until(b'\n', &mut line);
        if count.explain(format!("lost {}", client.address))? == 1 << 20 {
            too_long(client, line.len())?;
        }
        let is_whole = line.ends_with(b"\n");
        if line.is_empty() || !is_whole && client.server.is_stopping() {
            return Ok("it finished sending");
        }
        answer(client, text_of(client, &line)?)?;
    }
}
