//! A lock is held across a read.
//!
//! All clients share one buffer for text behind a mutex, so they all wait until the
//! client that has the lock is gone. That is one client after another again, well hidden.
//!
//! Instead of: lesson04
//! Fails: serves_clients_at_the_same_time, survives_a_reset,
//!   closes_on_bytes_that_are_not_text, survives_without_descriptors,
//!   is_not_held_by_a_silent_client, is_not_held_by_a_client_that_never_reads,
//!   serves_others_during_a_slow_sender

mod shared;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use common::{Decoder, Explain, exit};

use shared::converse::{lost, not_text, set_options};
use shared::log::count;
use shared::server::{Client, Outcome};
use shared::*;

static TEXT: Mutex<String> = Mutex::new(String::new());

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let args = &client.server.args;
    let mut connection = &*client.connection;
    let mut decoder = Decoder::new(args.encoding);
    let mut buffer = [0; 1024];
    // ANCHOR: bug
    let Ok(mut text) = TEXT.lock() else { return Ok("the server stops") };
    loop {
        let length = match connection.read(&mut buffer) {
            Ok(0) if client.server.is_stopping() => return Ok("the server stops"),
            Ok(0) => return Ok("it finished sending"),
            Ok(length) => length,
            Err(why) => return lost(client, why),
        };
        // ANCHOR_END: bug
        text.clear();
        let decoded = decoder.decode_into(&buffer[..length], &mut text);
        decoded.map_err(|why| not_text(client, why))?;
        client.log(format_args!("sent {}: {text:?}", count(length, "byte")));
        thread::sleep(args.work);
        if let Err(why) = connection.write_all(&reply(client)) {
            return lost(client, why);
        }
    }
}
