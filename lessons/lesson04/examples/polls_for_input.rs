//! The connection is non-blocking, and the server reads again and again.
//!
//! Each silent client keeps a processor busy. Non-blocking reads are for programs that
//! have something else to do.
//!
//! Instead of: lesson04
//! Fails: is_idle_while_clients_are_silent
//! Judged only on these.

mod shared;

use std::io::{ErrorKind, Read, Write};
use std::process::ExitCode;

use common::{Explain, exit};

use shared::converse::lost;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    let mut connection = &*client.connection;
    // ANCHOR: bug
    connection.set_nonblocking(true).explain(format!("lost {}", client.address))?;
    let mut buffer = [0; 1024];
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return Ok("it finished sending"),
            Ok(_) => {}
            Err(why) if why.kind() == ErrorKind::WouldBlock => continue,
            Err(why) => return lost(client, why),
        }
        // ANCHOR_END: bug
        if let Err(why) = connection.write_all(&reply(client)) {
            return lost(client, why);
        }
    }
}
