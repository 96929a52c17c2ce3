//! The connection is closed inside the loop that reads from it (C7).
//!
//! The first chunk is answered, the second never. Dropping the connection there doesn't
//! compile (`rejected/close_in_loop.rs`), but shutting it down does.
//!
//! Instead of: lesson04
//! Fails: serves_clients_at_the_same_time, answers_every_chunk, decodes_across_chunks,
//!   speaks_gbk_when_told, survives_a_reset, closes_on_bytes_that_are_not_text,
//!   says_who_comes_and_goes, limits_its_clients, survives_without_descriptors,
//!   serves_nc, serves_socat

mod shared;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::process::ExitCode;

use common::{Explain, exit};

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
    // ANCHOR: bug
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return Ok("it finished sending"),
            Ok(count) => {
                client.log(format_args!("sent {:?}", str::from_utf8(&buffer[..count])))
            }
            Err(why) => return lost(client, why),
        }
        if let Err(why) = connection.write_all(&reply(client)) {
            return lost(client, why);
        }
        let _ = connection.shutdown(Shutdown::Both);
    }
    // ANCHOR_END: bug
}
