//! Exercise 4, wrong: a line is read to its end, however far that is. One client can fill the memory.
//!
//! Instead of: exercise04
//! Fails: parts_with_a_line_that_is_too_long, refuses_a_line_that_comes_slowly

use std::io::{BufRead, BufReader};
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Farewell, Settings, accept_clients, answer, open, prepare, start_thread, text_of,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines of any length")))
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
        line.clear();
        // ANCHOR: bug
        reader.read_until(b'\n', &mut line).explain(format!("lost {}", client.address))?;
        // ANCHOR_END: bug
        if line.is_empty() || (client.server_stops() && !line.ends_with(b"\n")) {
            return Ok(Farewell::EndedItsSide);
        }
        answer(client, text_of(client, &line)?)?;
    }
}
