//! A client that sends nothing, or takes nothing, for eight seconds is taken for lost.
//!
//! No other client waits for it: it has a thread of its own, and may take all the time that it needs.
//!
//! Instead of: exercise04
//! Fails: waits_for_a_slow_reader
//! Judged only on these.

mod lines;
mod shared;

use std::io::BufReader;
use std::process::ExitCode;
use std::time::Duration;

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
    // ANCHOR: bug
    let patience = Some(Duration::from_secs(8));
    client.connection.set_read_timeout(patience).explain("cannot set a timeout")?;
    client.connection.set_write_timeout(patience).explain("cannot set a timeout")?;
    // ANCHOR_END: bug
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    while next_line(client, &mut reader, &mut line)? {
        answer(client, text_of(client, &line)?)?;
    }
    Ok("it finished sending")
}
