//! Each chunk is decoded with losses.
//!
//! Whatever can't be read is replaced, and nothing says so. That goes for bytes that
//! aren't text, and for characters that are cut in two. (GBK isn't even tried.)
//!
//! Instead of: lesson04
//! Fails: decodes_across_chunks, speaks_gbk_when_told, closes_on_bytes_that_are_not_text,
//!   keeps_quiet, reads_characters_cut_anywhere

mod shared;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::thread;

use common::{Explain, exit};

use shared::converse::{lost, set_options};
use shared::log::count;
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
        let text = String::from_utf8_lossy(&buffer[..length]);
        client.log(format_args!("sent {}: {text:?}", count(length, "byte")));
        // ANCHOR_END: bug
        thread::sleep(client.server.args.work);
        if let Err(why) = connection.write_all(&reply(client)) {
            return lost(client, why);
        }
    }
}
