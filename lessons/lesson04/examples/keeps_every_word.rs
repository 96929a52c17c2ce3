//! The server keeps what its clients have sent, for statistics.
//!
//! Each client leaves its words behind: no descriptor is lost, and no thread, only
//! memory.
//!
//! Instead of: lesson04
//! Fails: gives_memory_back
//! Judged only on these.

mod shared;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use common::{Explain, exit};

use shared::converse::{lost, set_options};
use shared::server::{Client, Outcome};
use shared::*;

// ANCHOR: bug
static WORDS: Mutex<Vec<u8>> = Mutex::new(Vec::new());
// ANCHOR_END: bug

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let mut connection = &*client.connection;
    let mut buffer = [0; 1024];
    loop {
        let length = match connection.read(&mut buffer) {
            Ok(0) => return Ok("it finished sending"),
            Ok(length) => length,
            Err(why) => return lost(client, why),
        };
        // ANCHOR: bug
        WORDS.lock().unwrap().extend_from_slice(&buffer[..length]);
        // ANCHOR_END: bug
        if let Err(why) = connection.write_all(&reply(client)) {
            return lost(client, why);
        }
    }
}
