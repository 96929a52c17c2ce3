//! A lock that is held across a read: all clients share one decoder behind a mutex, so each waits until
//! whoever has the lock has said something.

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use common::{Decoder, Failure, exit};
use lesson04::{Client, Count, Farewell, Settings, gone, not_text, open, prepare, serve};

static LAST_TEXT: Mutex<String> = Mutex::new(String::new());

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that holds a lock while it reads")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    serve(&listener, &clients, converse);
    drop(listener);
    clients.see_off();
    Ok(())
}

fn converse(client: &Client) -> Result<Farewell, Failure> {
    prepare(client)?;
    let mut connection = client.connection();
    let mut decoder = Decoder::new(client.settings().encoding);
    let mut buffer = [0; 1024];
    loop {
        // ANCHOR: bug
        let Ok(mut text) = LAST_TEXT.lock() else { return Ok(Farewell::ServerStops) };
        let count = match connection.read(&mut buffer) {
            Ok(0) if client.server_stops() => return Ok(Farewell::ServerStops),
            Ok(0) => return Ok(Farewell::EndedItsSide),
            Ok(count) => count,
            Err(why) => return gone(client, why),
        };
        // ANCHOR_END: bug
        text.clear();
        decoder.decode_into(&buffer[..count], &mut text).map_err(|why| not_text(client, why))?;
        client.log(format_args!("sent {}: {text:?}", Count(count, "byte")));
        drop(text);
        if let Some(time) = client.settings().work {
            std::thread::sleep(time);
        }
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
    }
}
