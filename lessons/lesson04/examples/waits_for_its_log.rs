//! Each client's own thread writes the lines about it.
//!
//! When you press Ctrl-S in the server's terminal, or its output goes into a pipe that no
//! program reads, all these threads wait.
//!
//! Instead of: lesson04
//! Fails: does_not_wait_for_its_terminal, stops_though_its_terminal_does_not
//! Judged only on these.

mod shared;

use std::io::{Read, Write};
use std::process::ExitCode;

use common::{Explain, exit, say};

use shared::converse::{lost, set_options};
use shared::server::{Client, Outcome};
use shared::*;

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
        let _ = say!("{} sent {length} bytes: {:?}", client.address, &buffer[..length]);
        // ANCHOR_END: bug
        if let Err(why) = connection.write_all(&reply(client)) {
            return lost(client, why);
        }
    }
}
