//! Exercise 4, wrong: a thread for each client, and one reply per read, as the tutorial has it. What comes
//! together gets one reply, what comes in pieces gets several.
//!
//! Instead of: exercise04
//! Fails: answers_every_line, joins_the_pieces_of_a_line, answers_the_last_line,
//!   serves_clients_side_by_side, parts_with_a_line_that_is_too_long, stops_on_ctrl_c,
//!   finishes_lines_that_have_arrived, serves_on_after_ctrl_z

use std::io::Read;
use std::process::ExitCode;

use common::{Explain, Failure, exit};
use lesson04::{
    Client, Farewell, Settings, accept_clients, answer, gone, open, prepare, start_thread, text_of,
};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that takes what a read returns for a line")))
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
    let mut buffer = vec![0; 128 << 10];
    loop {
        // ANCHOR: bug
        match client.connection().read(&mut buffer) {
            Ok(0) => return Ok(Farewell::EndedItsSide),
            Ok(count) => answer(client, text_of(client, &buffer[..count])?)?,
            Err(why) => return gone(client, why),
        }
        // ANCHOR_END: bug
    }
}
