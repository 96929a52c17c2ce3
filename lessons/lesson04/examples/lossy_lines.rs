//! Exercise 4, wrong: bytes that are not text are replaced, and answered as if the client had sent that.
//!
//! Instead of: exercise04
//! Fails: parts_with_bytes_that_are_not_text

use std::io::BufReader;
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Farewell, Settings, accept_clients, answer, next_line, open, prepare, start_thread,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that decodes with losses")))
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
    while next_line(client, &mut reader, &mut line)? {
        // ANCHOR: bug
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line));
        answer(client, &text)?;
        // ANCHOR_END: bug
    }
    Ok(Farewell::EndedItsSide)
}
