//! One `write` is taken to send the whole reply.
//!
//! With a timeout set, a `write` returns how much of it the kernel has taken by then.
//!
//! Instead of: exercise04
//! Fails: waits_for_a_slow_reader
//! Judged only on these.

mod lines;
mod shared;

use std::io::{BufReader, Write};
use std::process::ExitCode;

use common::{Explain, REPLY, exit};

use lines::{next_line, text_of};
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
        let limit = std::time::Duration::from_millis(50);
        client
            .connection
            .set_write_timeout(Some(limit))
            .explain("cannot set a timeout")?;
        let _ = (&*client.connection).write(format!("{REPLY} {text}\n").as_bytes());
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
