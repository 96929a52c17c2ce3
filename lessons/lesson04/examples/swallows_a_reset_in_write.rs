//! A reset that `write` meets isn't reported.
//!
//! The client has gone, so that there seems to be nothing to say. But the person who runs the
//! server is told of a reset that `read` meets, and here of none.
//!
//! Instead of: exercise04
//! Fails: survives_a_reset

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
        if answer(client, text_of(client, &line)?).is_err() {
            return Ok("it has gone");
        }
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
