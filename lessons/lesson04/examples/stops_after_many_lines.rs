//! A client is taken for one that never ends when it has sent 262,144 lines.
//!
//! Instead of: exercise04
//! Fails: answers_hundreds_of_thousands
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
    // ANCHOR: bug
    for _ in 0..1 << 18 {
        if !next_line(client, &mut reader, &mut line)? {
            break;
        }
        answer(client, text_of(client, &line)?)?;
    }
    // ANCHOR_END: bug
    Ok("it finished sending")
}
