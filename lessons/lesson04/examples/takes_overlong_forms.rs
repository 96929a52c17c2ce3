//! A character in more bytes than it needs is taken for text.
//!
//! Instead of: exercise04
//! Fails: closes_on_bytes_that_are_not_text

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
        // C0 80 is a zero to a decoder that only adds up bits.
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = String::from_utf8_lossy(text).replace("\u{fffd}\u{fffd}", "\0");
        if text.contains('\u{fffd}') {
            text_of(client, &line)?;
        }
        answer(client, &text)?;
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
