//! A client that resets its connection while it's being answered stays in a list.
//!
//! Instead of: exercise04
//! Fails: leaves_nothing_behind

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
        let outcome = answer(client, text_of(client, &line)?);
        // ANCHOR: bug
        if outcome.is_err() {
            std::mem::forget(client.connection.try_clone());
        }
        // ANCHOR_END: bug
        outcome?;
    }
    Ok("it finished sending")
}
