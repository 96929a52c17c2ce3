//! Lossy decoding, piece by piece: what cannot be read is replaced, and nobody learns of it. (So much for
//! bytes that are no text, and for characters that are cut in two. GBK is not even tried.)
//!
//! Instead of: lesson04
//! Fails: decodes_across_pieces, speaks_gbk_when_told, parts_with_bytes_that_are_not_text,
//!   keeps_quiet, reads_characters_cut_anywhere

use std::io::{Read, Write};
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Count, Farewell, Settings, accept_clients, gone, open, prepare, start_thread,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that decodes with losses (C9)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}

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
        let text = String::from_utf8_lossy(&buffer[..count]);
        client.log(format_args!("sent {}: {text:?}", Count(count, "byte")));
        // ANCHOR_END: bug
        if let Some(time) = client.settings().work {
            std::thread::sleep(time);
        }
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
    }
}
