//! Exercise 4, wrong: 0 bytes are taken for "nothing yet", so the server asks again, and again. It never
//! ends its side, and the thread of a client who has gone stays for ever.
//!
//! Instead of: exercise04
//! Fails: answers_a_line, answers_the_last_line, leaves_nothing_behind,
//!   survives_without_descriptors

use std::io::BufReader;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Farewell, Settings, accept_clients, answer, next_line, open, prepare, start_thread,
    text_of,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that waits for more after the end")))
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
    let mut reader = BufReader::new(client.connection());
    let mut line = Vec::new();
    loop {
        // ANCHOR: bug
        if next_line(client, &mut reader, &mut line)? {
            answer(client, text_of(client, &line)?)?;
        } else if client.server_stops() {
            return Ok(Farewell::ServerStops);
        } else {
            thread::sleep(Duration::from_millis(10));
        }
        // ANCHOR_END: bug
    }
}
