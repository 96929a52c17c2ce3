//! Every line about a client is written by the client's own thread. Somebody presses Ctrl-S in the server's
//! terminal, or its output goes into a pipe that nobody reads: then every thread waits for that.
//!
//! Instead of: lesson04
//! Fails: does_not_wait_for_its_terminal, stops_though_its_terminal_does_not
//! Judged only on these.

use std::io::{Read, Write};
use std::process::ExitCode;

use common::{Explain, Failure, exit, say};
use lesson04::{Client, Farewell, Settings, accept_clients, gone, open, prepare, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server whose clients wait for its terminal")))
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
        let _ = say!("{} sent {count} bytes: {:?}", client.address, &buffer[..count]);
        // ANCHOR_END: bug
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
    }
}
