//! What clients have sent is kept, for statistics that somebody may want one day. Each client leaves its
//! words behind: no descriptor is lost, and no thread, only memory.
//!
//! Instead of: lesson04
//! Fails: gives_memory_back
//! Judged only on these.

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use common::{Explain, Failure, exit};
use lesson04::{Client, Farewell, Settings, accept_clients, gone, open, prepare, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that forgets nothing")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}

// ANCHOR: bug
static WORDS: Mutex<Vec<u8>> = Mutex::new(Vec::new());
// ANCHOR_END: bug

fn converse(client: &Client) -> Result<Farewell, Failure> {
    prepare(client).explain(format!("lost {}", client.address))?;
    let mut connection = client.connection();
    let mut buffer = [0; 1024];
    loop {
        let count = match connection.read(&mut buffer) {
            Ok(0) => return Ok(Farewell::EndedItsSide),
            Ok(count) => count,
            Err(why) => return gone(client, why),
        };
        // ANCHOR: bug
        WORDS.lock().unwrap().extend_from_slice(&buffer[..count]);
        // ANCHOR_END: bug
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
    }
}
