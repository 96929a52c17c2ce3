//! On Ctrl-C, the start of a line is answered as if its end had come.
//!
//! Instead of: exercise04
//! Fails: stops_on_ctrl_c

mod lines;
mod shared;

use std::io::{BufRead, BufReader, Read};
use std::process::ExitCode;

use common::{Explain, exit};

use lines::{answer, text_of, too_long};
use shared::*;

fn main() -> ExitCode {
    // ANCHOR: bug
    exit(server::run(args::parse(), converse))
    // ANCHOR_END: bug
}

fn converse(client: &server::Client) -> server::Outcome {
    let mut reader = BufReader::new(&*client.connection);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut bounded = (&mut reader).take((64 << 10) + 1);
        let count = bounded.read_until(b'\n', &mut line);
        if count.explain(format!("lost {}", client.address))? == 0 {
            return Ok("it finished sending");
        }
        too_long(client, line.len() - usize::from(line.ends_with(b"\n")))?;
        answer(client, text_of(client, &line)?)?;
    }
}
