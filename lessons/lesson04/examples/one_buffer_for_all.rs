//! The threads of all clients collect their lines in one buffer.
//!
//! Instead of: exercise04
//! Fails: serves_clients_at_the_same_time, serves_many_clients
//! Judged only on these.

mod lines;
mod shared;

use std::io::Read;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use common::{Explain, exit};

use lines::{answer, text_of};
use shared::converse::set_options;
use shared::server::{Client, Outcome};
use shared::*;

static BUFFER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let mut connection = &*client.connection;
    let mut chunk = [0; 1024];
    loop {
        let count = connection.read(&mut chunk);
        let count = count.explain(format!("lost {}", client.address))?;
        // ANCHOR: bug
        let mut buffer = BUFFER.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.extend_from_slice(&chunk[..count]);
        // ANCHOR_END: bug
        if count == 0 {
            let rest = std::mem::take(&mut *buffer);
            if !rest.is_empty() && !client.server.is_stopping() {
                answer(client, text_of(client, &rest)?)?;
            }
            return Ok("it finished sending");
        }
        while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = buffer.drain(..=end).collect();
            answer(client, text_of(client, &line)?)?;
        }
    }
}
