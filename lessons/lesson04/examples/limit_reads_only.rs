//! C11, half mended: reads have a time limit, writes have none. A client that sends and never reads its
//! replies keeps its thread for ever, once all buffers between the two are full.
//!
//! Instead of: lesson04
//! Fails: ends_clients_that_never_read

use std::io::{Read, Write};
use std::process::ExitCode;

use common::{Decoder, Explain, Failure, exit};
use lesson04::{
    Client, Count, Farewell, Settings, accept_clients, gone, not_text, open, start_thread,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that limits its reads and not its writes (C11)")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}

fn converse(client: &Client) -> Result<Farewell, Failure> {
    let mut connection = client.connection();
    // ANCHOR: bug
    connection
        .set_read_timeout(Some(client.settings().idle_limit))
        .explain(format!("lost {}", client.address))?;
    // ANCHOR_END: bug
    let mut decoder = Decoder::new(client.settings().encoding);
    let mut buffer = [0; 1024];
    loop {
        let count = match connection.read(&mut buffer) {
            Ok(0) if client.server_stops() => return Ok(Farewell::ServerStops),
            Ok(0) => return Ok(Farewell::EndedItsSide),
            Ok(count) => count,
            Err(why) => return gone(client, why),
        };
        let text = decoder.decode(&buffer[..count]).map_err(|why| not_text(client, why))?;
        client.log(format_args!("sent {}: {text:?}", Count(count, "byte")));
        if let Some(time) = client.settings().work {
            std::thread::sleep(time);
        }
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
    }
}
