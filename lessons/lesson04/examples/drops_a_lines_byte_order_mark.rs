//! A byte order mark at the start of a line is taken away.
//!
//! Instead of: exercise04
//! Fails: answers_any_text

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
        let text = text_of(client, &line)?;
        answer(client, text.strip_prefix('\u{feff}').unwrap_or(text))?;
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
