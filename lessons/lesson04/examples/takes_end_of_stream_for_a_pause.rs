//! 0 bytes are taken for "nothing yet", so the server reads again, and again.
//!
//! It never finishes sending, and the thread of a client that is gone stays forever.
//!
//! Instead of: exercise04
//! Fails: answers_a_line, answers_the_last_line, answers_any_text, serves_ipv6,
//!   closes_on_a_line_that_is_too_long, leaves_nothing_behind,
//!   survives_without_descriptors, does_the_same_in_ipv6

mod lines;
mod shared;

use std::io::BufReader;
use std::process::ExitCode;
use std::thread;
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
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    loop {
        // ANCHOR: bug
        if next_line(client, &mut reader, &mut line)? {
            answer(client, text_of(client, &line)?)?;
        } else if client.server.is_stopping() {
            return Ok("the server stops");
        } else {
            thread::sleep(Duration::from_millis(10));
        }
        // ANCHOR_END: bug
    }
}
