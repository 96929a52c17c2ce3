//! Half a surrogate pair is taken for text, and comes back.
//!
//! Decoders for the text of Windows or Java do that.
//!
//! Instead of: exercise04
//! Fails: closes_on_bytes_that_are_not_text

mod lines;
mod shared;

use std::io::BufReader;
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer_bytes, next_line, text_of};
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
        // A surrogate, ED A0 80 to ED BF BF, is looked at as if it were U+D000.
        let mut looked_at = line.clone();
        for start in 1..looked_at.len() {
            if looked_at[start - 1] == 0xed && looked_at[start] >= 0xa0 {
                looked_at[start] = 0x80;
            }
        }
        text_of(client, &looked_at)?;
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        answer_bytes(client, text)?;
        // ANCHOR_END: bug
    }
    Ok("it finished sending")
}
