//! Exercise 4, wrong: a new `BufReader` for each line. It reads ahead, and what it has read is dropped with
//! it.
//!
//! Instead of: exercise04
//! Fails: answers_every_line, joins_the_pieces_of_a_line, answers_the_last_line,
//!   finishes_lines_that_have_arrived, answers_lines_cut_anywhere

use std::io::BufReader;
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Farewell, Settings, accept_clients, answer, next_line, open, prepare, start_thread,
    text_of,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server for lines with a new reader for each")))
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
    let mut line = Vec::new();
    // ANCHOR: bug
    while next_line(client, &mut BufReader::new(client.connection()), &mut line)? {
        answer(client, text_of(client, &line)?)?;
    }
    // ANCHOR_END: bug
    Ok(Farewell::EndedItsSide)
}
