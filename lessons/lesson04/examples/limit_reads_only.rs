//! Reads have a timeout, writes have none (C11, half repaired).
//!
//! A client that sends and never reads its replies keeps its thread forever, once all
//! buffers between the two are full.
//!
//! Instead of: lesson04
//! Fails: ends_clients_that_never_read

mod shared;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::thread;

use common::{Decoder, Explain, exit};

use shared::converse::{lost, not_text};
use shared::log::count;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    let args = &client.server.args;
    let mut connection = &*client.connection;
    // ANCHOR: bug
    let limited = connection.set_read_timeout(Some(args.idle_limit));
    limited.explain(format!("lost {}", client.address))?;
    // ANCHOR_END: bug
    let mut decoder = Decoder::new(args.encoding);
    let mut buffer = [0; 1024];
    loop {
        let length = match connection.read(&mut buffer) {
            Ok(0) if client.server.is_stopping() => return Ok("the server stops"),
            Ok(0) => return Ok("it finished sending"),
            Ok(length) => length,
            Err(why) => return lost(client, why),
        };
        let text =
            decoder.decode(&buffer[..length]).map_err(|why| not_text(client, why))?;
        client.log(format_args!("sent {}: {text:?}", count(length, "byte")));
        thread::sleep(args.work);
        if let Err(why) = connection.write_all(&reply(client)) {
            return lost(client, why);
        }
    }
}
