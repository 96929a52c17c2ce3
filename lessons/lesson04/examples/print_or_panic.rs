//! `println!` panics when standard output is closed, as it is when the server's output went through `head`
//! or a pager that has ended. Here each client's thread dies of it, so nobody is served any more.
//!
//! Instead of: lesson04
//! Fails: keeps_quiet, survives_a_closed_output, does_without_its_output

use std::process::ExitCode;

use common::{Failure, exit};
use lesson04::{Client, Farewell, Settings, accept_clients, converse, open, start_thread};

fn main() -> ExitCode {
    exit(run(Settings::parse("A server that cannot do without its output")))
}

fn run(settings: Settings) -> Result<(), Failure> {
    let (listener, clients) = open(settings)?;
    accept_clients(&listener, &clients, |client| start_thread(client, announce_and_converse));
    drop(listener);
    clients.see_off();
    Ok(())
}

fn announce_and_converse(client: &Client) -> Result<Farewell, Failure> {
    // ANCHOR: bug
    println!("serving {}", client.address);
    // ANCHOR_END: bug
    converse(client)
}
