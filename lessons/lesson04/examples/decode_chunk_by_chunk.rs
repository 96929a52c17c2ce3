//! Each chunk is decoded by itself (C9).
//!
//! A character that is cut in two is an error in both halves.
//!
//! Instead of: lesson04
//! Fails: decodes_across_chunks, speaks_gbk_when_told, reads_characters_cut_anywhere,
//!   serves_on_after_ctrl_z

mod shared;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::thread;

use common::{Explain, exit};

use shared::converse::{lost, not_text, set_options};
use shared::log::count;
use shared::server::{Client, Outcome};
use shared::*;

fn main() -> ExitCode {
    exit(server::run(args::parse(), converse))
}

fn converse(client: &Client) -> Outcome {
    set_options(client).explain(format!("lost {}", client.address))?;
    let args = &client.server.args;
    let mut connection = &*client.connection;
    let mut buffer = [0; 1024];
    loop {
        let length = match connection.read(&mut buffer) {
            Ok(0) if client.server.is_stopping() => return Ok("the server stops"),
            Ok(0) => return Ok("it finished sending"),
            Ok(length) => length,
            Err(why) => return lost(client, why),
        };
        // ANCHOR: bug
        let text = args.encoding.decode(&buffer[..length]);
        let text = text.map_err(|why| not_text(client, why))?;
        // ANCHOR_END: bug
        client.log(format_args!("sent {}: {text:?}", count(length, "byte")));
        thread::sleep(args.work);
        if let Err(why) = connection.write_all(&reply(client)) {
            return lost(client, why);
        }
    }
}
