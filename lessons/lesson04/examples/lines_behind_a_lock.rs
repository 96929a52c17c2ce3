//! Exercise 4, wrong: the clients share a buffer behind a mutex, and each locks it for its conversation. Whoever
//! waits for the lock waits for that client.
//!
//! Instead of: exercise04
//! Fails: serves_clients_side_by_side, parts_with_bytes_that_are_not_text,
//!   parts_with_a_line_that_is_too_long, survives_a_reset, survives_without_descriptors,
//!   stops_on_ctrl_c

use std::io::BufReader;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Farewell, Settings, accept_clients, answer, next_line, open, prepare, start_thread,
    text_of,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that holds a lock while it reads")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, converse));
    drop(listener);
    clients.see_off();
    Ok(())
}

static LINE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn converse(client: &Client) -> Result<Farewell, Failure> {
    prepare(client).explain(format!("lost {}", client.address))?;
    let mut reader = BufReader::new(client.connection());
    // ANCHOR: bug
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    while next_line(client, &mut reader, &mut line)? {
        answer(client, text_of(client, &line)?)?;
    }
    // ANCHOR_END: bug
    Ok(Farewell::EndedItsSide)
}
