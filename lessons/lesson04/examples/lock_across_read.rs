//! A lock that is held across a read: all clients share one buffer for text behind a mutex, so everybody
//! waits until whoever has the lock has gone. That is one client after another again, well hidden.
//!
//! Instead of: lesson04
//! Fails: serves_clients_side_by_side, survives_a_reset, parts_with_bytes_that_are_not_text,
//!   survives_without_descriptors, is_not_held_by_who_says_nothing,
//!   is_not_held_by_who_reads_nothing, serves_others_while_one_drips

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Mutex;

use common::{Decoder, Explain, Failure, exit};
use lesson04::{
    Client, Count, Farewell, Settings, accept_clients, gone, not_text, open, prepare, start_thread,
};

static TEXT: Mutex<String> = Mutex::new(String::new());

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that holds a lock while it reads")))
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
    let mut decoder = Decoder::new(client.settings().encoding);
    let mut buffer = [0; 1024];
    // ANCHOR: bug
    let Ok(mut text) = TEXT.lock() else { return Ok(Farewell::ServerStops) };
    loop {
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
        if let Some(time) = client.settings().work {
            std::thread::sleep(time);
        }
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
    }
}
