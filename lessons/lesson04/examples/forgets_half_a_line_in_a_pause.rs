//! A read with a timeout looks whether the server stops, and begins the line anew.
//!
//! What has arrived of the line before a pause is lost.
//!
//! Instead of: exercise04
//! Fails: joins_the_chunks_of_a_line
//! Judged only on these.

mod lines;
mod shared;

use std::io::{BufRead, BufReader, Read};
use std::process::ExitCode;
use std::time::Duration;

use common::{Explain, exit, timed_out};

use lines::{answer, text_of, too_long};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let connection = &*client.connection;
    let pause = Duration::from_millis(100);
    connection.set_read_timeout(Some(pause)).explain("cannot set a timeout")?;
    let mut reader = BufReader::new(connection);
    let mut line = Vec::new();
    loop {
        let room = (64 << 10) + 1 - line.len() as u64;
        match (&mut reader).take(room).read_until(b'\n', &mut line) {
            _ if client.server.is_stopping() && !line.ends_with(b"\n") => {
                return Ok("the server stops");
            }
            // ANCHOR: bug
            Err(why) if timed_out(&why) => line.clear(),
            // ANCHOR_END: bug
            Err(why) => return Err(why).explain(format!("lost {}", client.address)),
            Ok(0) => return Ok("it finished sending"),
            Ok(_) => {
                too_long(client, line.len() - usize::from(line.ends_with(b"\n")))?;
                answer(client, text_of(client, &line)?)?;
                line.clear();
            }
        }
    }
}
