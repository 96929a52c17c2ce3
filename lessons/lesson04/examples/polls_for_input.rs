//! A connection that does not wait, asked again and again: each silent client keeps a processor busy. Not
//! to wait is for programs that have something else to do.
//!
//! Instead of: lesson04
//! Fails: rests_while_clients_are_silent
//! Judged only on these.

use std::io::{ErrorKind, Read, Write};
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{Client, Farewell, Settings, accept_clients, gone, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that asks again and again")))
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
    connection.set_nonblocking(true).explain(format!("lost {}", client.address))?;
    let mut buffer = [0; 1024];
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return Ok(Farewell::EndedItsSide),
            Ok(_) => {}
            Err(why) if why.kind() == ErrorKind::WouldBlock => continue,
            Err(why) => return gone(client, why),
        }
        // ANCHOR_END: bug
        if let Err(why) = connection.write_all(client.reply()) {
            return gone(client, why);
        }
    }
}
