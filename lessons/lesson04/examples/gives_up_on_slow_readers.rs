//! A client that doesn't read for 200 ms is taken for lost.
//!
//! Instead of: exercise04
//! Fails: waits_for_a_slow_reader
//! Judged only on these.

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
        let limit = std::time::Duration::from_millis(200);
        client
            .connection
            .set_write_timeout(Some(limit))
            .explain("cannot set a timeout")?;
        answer(client, text_of(client, &line)?)?;
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
