//! C9: each piece is decoded by itself. A character that is cut in two is an error in both halves.
//!
//! Instead of: lesson04
//! Fails: decodes_across_pieces, speaks_gbk_when_told, reads_characters_cut_anywhere,
//!   serves_on_after_ctrl_z

use std::io::{Read, Write};
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Count, Farewell, Settings, accept_clients, gone, not_text, open, prepare, start_thread,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that decodes each piece by itself (C9)")))
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
            Ok(0) if client.server_stops() => return Ok(Farewell::ServerStops),
            Ok(0) => return Ok(Farewell::EndedItsSide),
            Ok(count) => count,
            Err(why) => return gone(client, why),
        };
        // ANCHOR: bug
        let text = client.settings().encoding.decode(&buffer[..count]);
        let text = text.map_err(|why| not_text(client, why))?;
        // ANCHOR_END: bug
        client.log(format_args!("sent {}: {text:?}", Count(count, "byte")));
        if let Some(time) = client.settings().work {
            std::thread::sleep(time);
        }
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
    }
}
