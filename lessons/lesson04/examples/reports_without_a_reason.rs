//! stderr names the client, but doesn't say what is wrong with it.
//!
//! Instead of: exercise04
//! Fails: closes_on_bytes_that_are_not_text, does_the_same_in_ipv6

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
        match text_of(client, &line) {
            Ok(text) => answer(client, text)?,
            Err(_) => {
                eprintln!("error: {}", client.address);
                return Ok("it has sent bytes that aren't text");
            }
        }
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
