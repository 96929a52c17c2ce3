//! Bytes that aren't text are replaced.
//!
//! The server answers as if the client had sent the replacement.
//!
//! Instead of: exercise04
//! Fails: closes_on_bytes_that_are_not_text, does_the_same_in_ipv6

mod lines;
mod shared;

use std::io::BufReader;
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer, next_line};
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
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line));
        answer(client, &text)?;
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
