//! Exercise 4, wrong: only what ends in a newline is a line. What the client sent last, without one, is lost.
//!
//! Instead of: exercise04
//! Fails: answers_the_last_line

use std::io::BufReader;
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Farewell, Settings, accept_clients, answer, next_line, open, prepare, start_thread,
    text_of,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines that forgets the last")))
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
    // ANCHOR: bug
    while next_line(client, &mut reader, &mut line)? && line.ends_with(b"\n") {
        answer(client, text_of(client, &line)?)?;
    }
    // ANCHOR_END: bug
    Ok(Farewell::EndedItsSide)
}
