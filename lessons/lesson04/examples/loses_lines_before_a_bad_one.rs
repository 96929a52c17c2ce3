//! A chunk is decoded as a whole before its lines are answered.
//!
//! One wrong byte in it takes the lines before it along.
//!
//! Instead of: exercise04
//! Fails: closes_on_bytes_that_are_not_text, does_the_same_in_ipv6

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
    let (mut chunk, mut buffer) = (vec![0; 8 << 10], Vec::new());
    loop {
        let count = connection.read(&mut chunk);
        let count = count.explain(format!("lost {}", client.address))?;
        buffer.extend_from_slice(&chunk[..count]);
        let end = buffer.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let end =
            if count == 0 && !client.server.is_stopping() { buffer.len() } else { end };
        let lines: Vec<u8> = buffer.drain(..end).collect();
        // ANCHOR: bug
        let text = text_of(client, &lines)?;
        // ANCHOR_END: bug
        if !lines.is_empty() {
            for line in text.split('\n') {
                too_long(client, line.len())?;
                answer(client, line)?;
            }
        }
        too_long(client, buffer.len())?;
        if count == 0 {
            return Ok("it finished sending");
        }
    }
}
