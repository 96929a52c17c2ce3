//! A write to a client that has gone ends the server, as SIGPIPE ends a program in C.
//!
//! Instead of: exercise04
//! Fails: survives_clients_that_do_not_wait, leaves_nothing_behind
//! Judged only on Unix. Windows has no SIGPIPE, and another error for such a write.

mod lines;
mod shared;

use std::io::{BufReader, ErrorKind, Write};
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
        let reply = format!("{REPLY} {text}\n");
        match (&*client.connection).write_all(reply.as_bytes()) {
            Err(why) if why.kind() == ErrorKind::BrokenPipe => std::process::exit(141),
            outcome => outcome.explain(format!("lost {}", client.address))?,
        }
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
