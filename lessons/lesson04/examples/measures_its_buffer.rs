//! What's measured is all that has been read and not yet answered, not the line.
//!
//! A buffer may hold the end of one line and much of the next.
//!
//! Instead of: exercise04
//! Fails: closes_on_a_line_that_is_too_long
//! Judged only on these.

mod lines;
mod shared;

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer, text_of, too_long};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let mut connection = &*client.connection;
    let (mut held, mut chunk) = (Vec::new(), vec![0; 32 << 10]);
    loop {
        let count = connection.read(&mut chunk);
        let count = count.explain(format!("lost {}", client.address))?;
        held.extend_from_slice(&chunk[..count]);
        // ANCHOR: bug
        too_long(client, held.len().saturating_sub(1))?;
        // ANCHOR_END: bug
        while let Some(end) = held.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = held.drain(..=end).collect();
            answer(client, text_of(client, &line)?)?;
        }
        if count == 0 {
            if !held.is_empty() && !client.server.is_stopping() {
                answer(client, text_of(client, &held)?)?;
            }
            return Ok("it finished sending");
        }
    }
}
